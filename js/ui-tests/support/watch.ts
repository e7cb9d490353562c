// Listens to everything a page could do that an answer must not make it do. Attach it before the page loads anything.

import { expect, type Page, type Request } from '@playwright/test';

export class Watch {
  /** What happened that should not have, in words. */
  readonly heard: string[] = [];
  readonly errors: string[] = [];
  private url: string | undefined;

  private constructor(
    private readonly page: Page,
    private readonly mayFetch: (url: string) => boolean,
  ) {}

  /** `mayFetch` says which addresses the page itself needs; by default those of this machine. */
  static async on(page: Page, mayFetch: (url: string) => boolean = isLoopback): Promise<Watch> {
    const watch = new Watch(page, mayFetch);
    await page.exposeBinding('__tell', (_source, what: string) => {
      watch.heard.push(what);
    });
    await page.addInitScript(SPY);
    page.on('request', (request) => watch.request(request));
    page.on('popup', (opened) => {
      watch.heard.push(`opened a window at ${opened.url()}`);
    });
    page.on('dialog', (dialog) => {
      if (dialog.type() === 'beforeunload') return void dialog.accept(); // the notebook's own
      watch.heard.push(`a ${dialog.type()} dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('download', (download) => watch.heard.push(`a download of ${download.url()}`));
    page.on('pageerror', (error) => watch.errors.push(error.message));
    page.on('crash', () => watch.heard.push('the page crashed'));
    page.on('framenavigated', (frame) => {
      if (frame !== page.mainFrame()) watch.heard.push(`a frame went to ${frame.url()}`);
      else if (watch.url !== undefined && frame.url() !== watch.url) watch.heard.push(`left for ${frame.url()}`);
    });
    page.on('console', (message) => {
      if (message.type() === 'error') watch.errors.push(message.text());
    });
    return watch;
  }

  /** From now on the page may not go elsewhere. */
  settled(): void {
    this.url = this.page.url();
  }

  /** Wait until all that was put off has had its chance, then expect silence. */
  async expectSilence(): Promise<void> {
    await this.page.evaluate(
      // Not `requestIdleCallback`: after it, Chromium without a screen may draw no frame until something else happens.
      () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0)))),
    );
    const polluted = await this.page.evaluate(() => ['pwned', '__pwned', 'isAdmin'].filter((name) => name in {}));
    expect([...this.heard, ...polluted.map((name) => `every object has ${name} now`)]).toEqual([]);
  }

  private request(request: Request): void {
    if (!this.mayFetch(request.url())) this.heard.push(`a request to ${request.url().slice(0, 200)}`);
  }
}

/** Whether an address stays on this machine. */
export function isLoopback(url: string): boolean {
  return /^(https?|wss?):\/\/(127\.0\.0\.1|localhost)(:\d+)?\//.test(url) || /^(data|blob|about):/.test(url);
}

// Catches what makes no request that a test could see: the moment `__pwned` is set, and beacons, sockets and windows.
const SPY = `
  Object.defineProperty(window, '__pwned', { configurable: true, enumerable: false,
    get: () => undefined, set: () => { window.__tell('a script ran: ' + new Error().stack); } });
  window.open = (url) => { window.__tell('window.open of ' + url); return null; };
  navigator.sendBeacon = (url) => { window.__tell('a beacon to ' + url); return false; };
  addEventListener('securitypolicyviolation', (event) => window.__tell('blocked only by the page: ' + event.blockedURI));
`;
