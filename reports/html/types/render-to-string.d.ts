/** The one function that is used of preact-render-to-string. */
import type { Element } from './jsx-runtime';

/** HTML of an element, everything in it escaped. */
export function renderToStaticMarkup(element: Element): string;
