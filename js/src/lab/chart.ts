// Draws one chart with Vega. This file and what it imports are loaded with the first chart of a page.
// Expressions are interpreted, never compiled; nothing is fetched unless the output is trusted.

import { loader, type Loader, type LoggerInterface } from 'vega';
import embed from 'vega-embed';
import { contained, readChart } from './chart_spec';

export interface Drawing {
  spec: unknown;
  /** The output's metadata for its MIME type. */
  options: unknown;
  trusted: boolean;
  dark: boolean;
}

export interface Drawn {
  finalize: () => void;
}

/** Never throws: what cannot be drawn is said in one line instead. */
export async function drawChart(place: HTMLElement, { spec, options, trusted, dark }: Drawing): Promise<Drawn> {
  const notes = document.createElement('p');
  notes.className = 'rbv-shell-line';
  notes.setAttribute('role', 'status');
  const note = (words: string): void => {
    notes.textContent ||= words;
  };
  const chart = document.createElement('div');
  place.replaceChildren(chart, notes);
  try {
    const read = readChart(spec, options, dark);
    const result = await embed(chart, read.spec, {
      ...read.options,
      mode: 'vega-lite',
      ast: true,
      loader: carefulLoader(trusted, note),
      logger: quiet(note),
      patch: (compiled) => contained(compiled, trusted),
      actions: { export: true, source: false, compiled: false, editor: false },
      downloadFileName: 'chart',
      // A browser fetches what an SVG attribute names, as in fill="url(...)"; a canvas fetches nothing.
      ...(trusted ? { renderer: read.options.renderer ?? 'svg' } : { renderer: 'canvas', tooltip: { formatTooltip: plainTooltip } }),
      ...(dark && read.plain && { theme: 'dark' }),
    });
    chart.querySelector('summary')?.setAttribute('aria-label', 'Chart menu');
    chart.querySelector('.vega-actions')?.append(sourceSwitch(place, spec));
    return result;
  } catch (error) {
    chart.remove();
    // What Vega says of a mistake that it does not look for is about Vega.
    const words = error instanceof TypeError ? 'its specification is not valid Vega-Lite 6' : reason(error);
    note(`This chart cannot be drawn: ${words}.`);
    return { finalize: () => undefined };
  }
}

const reason = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1).join('').slice(0, 300).replace(/\.$/, '');

function carefulLoader(trusted: boolean, note: (words: string) => void): Loader {
  const plain = loader();
  return {
    ...plain,
    async load(address, options) {
      try {
        return await plain.load.call(this, address, options);
      } catch (error) {
        note(`Data of this chart could not be loaded: ${reason(error)}.`);
        throw error;
      }
    },
    sanitize(address, options) {
      const { context } = options;
      const web = /^https?:\/\//i.test(address);
      // Followed when the reader clicks it.
      if (context === 'href' && (web || /^mailto:/i.test(address))) {
        return Promise.resolve({ href: address, target: '_blank', rel: 'noopener noreferrer' });
      }
      if (context === 'image' && /^data:image\//i.test(address)) return Promise.resolve({ href: address });
      if (context !== 'href' && web && trusted) return Promise.resolve({ href: address });
      const short = address.slice(0, 200);
      return Promise.reject(
        new Error(web ? `${short} is fetched only in a trusted notebook` : `${short} is no http(s) address`),
      );
    },
  };
}

/** Vega's warnings are for who writes a chart; its errors are for who looks at it. */
function quiet(note: (words: string) => void): LoggerInterface {
  const logger: LoggerInterface = {
    level: ((level?: number) => (level === undefined ? 0 : logger)) ,
    error(...messages) {
      note(`This chart is incomplete: ${reason(messages[0])}.`);
      return logger;
    },
    warn: () => logger,
    info: () => logger,
    debug: () => logger,
  };
  return logger;
}

/** vega-tooltip's own shows a field called "image" as a picture from anywhere. */
function plainTooltip(value: unknown, toHtml: (value: unknown) => string): string {
  if (typeof value !== 'object' || value === null) return toHtml(value);
  const rows = Object.entries(value).map(
    ([name, item]) =>
      `<tr><td class="key">${toHtml(name)}</td><td class="value">` +
      `${toHtml(typeof item === 'object' ? JSON.stringify(item) : item)}</td></tr>`,
  );
  return `<table>${rows.join('')}</table>`;
}

/** vega-embed's own writes the specification into a new window as HTML. */
function sourceSwitch(place: HTMLElement, spec: unknown): HTMLElement {
  const link = document.createElement('a');
  link.href = '#';
  link.textContent = 'View Source';
  link.setAttribute('role', 'button');
  link.addEventListener('click', (event) => {
    event.preventDefault();
    const shown = place.querySelector('pre');
    if (shown) {
      shown.remove();
      return;
    }
    const source = place.appendChild(document.createElement('pre'));
    source.tabIndex = 0;
    source.textContent = JSON.stringify(spec, null, 2);
  });
  return link;
}
