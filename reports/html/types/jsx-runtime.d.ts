/**
 * What the pages use of preact's JSX. Its own types bring those of a browser, which would then hold for the whole kit:
 * tsconfig.json names this file in their place.
 */
export interface Element {
  readonly type: unknown;
}

type Child = Element | string | number | boolean | null | undefined | readonly Child[];

interface Attributes {
  readonly children?: Child;
  readonly [name: string]: unknown;
}

// oxlint-disable-next-line typescript/no-namespace -- where TypeScript looks for it
export namespace JSX {
  type Element = import('./jsx-runtime').Element;
  interface ElementChildrenAttribute {
    readonly children: unknown;
  }
  interface IntrinsicElements {
    readonly [name: string]: Attributes;
  }
}

export function jsx(type: unknown, props: Attributes): Element;
export function jsxs(type: unknown, props: Attributes): Element;
export function Fragment(props: { readonly children?: Child }): Element;
