/** An application in a page of somebody's own browser as a target of a run. */
import { KitError } from '../../kit/core/kit-error';
import { AdapterRefusal, type AdapterListener, type AdapterSession, type Target } from '../../kit/core/target';
import { excerpt } from '../excerpt';
import { isPage, type DrivenPage } from './driven-page';
import { PageChannel } from './page-channel';
import { PageSession } from './page-session';
import { probePage, type PageReach } from './probe-page';

/** What a report says of a page. */
export interface PageOptions {
  /** Default `page`. */
  readonly name?: string;
}

/**
 * An application that calls `serve` of `lastword/page` in a page which Playwright or Puppeteer controls. The page, its
 * context and its browser stay yours to close. It gets one trial at a time, since its browser is frozen as a whole.
 *
 * @param page a page, or what opens one: it is called when a run begins, and again where the page has been lost
 * @throws {KitError} `PAGE` it is neither
 */
export function fromPage(
  page: DrivenPage | (() => DrivenPage | Promise<DrivenPage>),
  options: PageOptions = {},
): Target {
  if (typeof page !== 'function' && !isPage(page)) {
    throw new KitError(
      'PAGE',
      '`fromPage` expected a page of Playwright or Puppeteer, or a function that opens one; write `fromPage(() => openPage())`',
    );
  }
  const open = typeof page === 'function' ? page : () => page;
  let last: { readonly channel: PageChannel; readonly reach: PageReach } | undefined;
  const launch = async (listener: AdapterListener): Promise<AdapterSession> => {
    if (last === undefined || last.channel.loss !== undefined || (await last.channel.ask(answerMs)) !== 'complete') {
      last = undefined;
      const channel = await PageChannel.open(await openPage(open));
      last = { channel, reach: await probePage(channel) };
    }
    return new PageSession({ ...last, listener });
  };
  return {
    name: excerpt(options.name ?? 'page', 80),
    inProcess: true,
    recycleAfterTrials: Number.POSITIVE_INFINITY,
    digest: undefined,
    launch,
  };
}

/** A page that was used before and does not answer in time is opened again, ms. */
const answerMs = 5000;

async function openPage(open: () => DrivenPage | Promise<DrivenPage>): Promise<DrivenPage> {
  let page: unknown;
  try {
    page = await open();
  } catch (error) {
    throw new AdapterRefusal(`the page could not be opened: ${excerpt(String(error), 500)}`);
  }
  if (isPage(page)) return page;
  throw new AdapterRefusal('the function that `fromPage` was given returned no page of Playwright or Puppeteer');
}
