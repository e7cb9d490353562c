// What a chart's specification may ask of the page, and how it looks in the dark: plain functions on JSON, without Vega.
// A specification is hostile input: vega-embed's own options may travel inside it, and an input field's attributes too.

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function mapped(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapped(item, change));
  if (!isObject(value)) return value;
  // Own properties one by one: `__proto__` is a name like any other in JSON.
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapped(item, change)]));
}

export interface Chart {
  spec: Json;
  /** Nothing in it says how it should look, so that it may be made dark. */
  plain: boolean;
  options: EmbedChoices;
}

/** What the author of a chart may choose of vega-embed's options; the others reach into the page. */
export interface EmbedChoices {
  renderer?: 'svg' | 'canvas';
  scaleFactor?: number;
}

/**
 * A chart out of an output. In a dark page the colours that `usermeta.routebook.dark` names are replaced, wherever a text
 * is exactly one of them.
 * Throws an `Error` whose message can be shown when it is none.
 */
export function readChart(value: unknown, metadata: unknown, dark: boolean): Chart {
  if (!isObject(value)) throw new Error('its specification is not an object');
  const usermeta = isObject(value.usermeta) ? value.usermeta : {};
  const ours = isObject(usermeta.routebook) ? usermeta.routebook : {};
  const colours = isObject(ours.dark) ? ours.dark : null;
  // A copy in any case: Vega writes into what it draws.
  const spec = recoloured(value, dark && colours ? colours : {}) as Json;
  // The menu shows the original; these would reach vega-embed.
  delete spec.usermeta;
  delete spec.$schema;
  return {
    spec,
    plain: !colours && !('background' in spec) && isPlain(spec.config),
    options: { ...choices(usermeta.embedOptions), ...choices(isObject(metadata) ? metadata.embed_options : null) },
  };
}

function recoloured(value: unknown, colours: Json): unknown {
  const dark = new Map<string, string>();
  for (const [light, colour] of Object.entries(colours)) {
    if (typeof colour === 'string') dark.set(light.toLowerCase(), colour);
  }
  return mapped(value, (text) => (text.length < 30 ? (dark.get(text.toLowerCase()) ?? text) : text));
}

/** Altair always writes a size for its views; that is no choice of colours. */
function isPlain(config: unknown): boolean {
  if (config === undefined) return true;
  if (!isObject(config) || Object.keys(config).some((name) => name !== 'view')) return false;
  const view = isObject(config.view) ? Object.keys(config.view) : [];
  return view.every((name) => name === 'continuousWidth' || name === 'continuousHeight');
}

function choices(options: unknown): EmbedChoices {
  if (!isObject(options)) return {};
  const { renderer, scaleFactor } = options;
  return {
    ...((renderer === 'svg' || renderer === 'canvas') && { renderer }),
    ...(typeof scaleFactor === 'number' && scaleFactor > 0 && scaleFactor <= 8 && { scaleFactor }),
  };
}

const FIELDS = new Set(
  'checkbox radio select range text number color date datetime-local month week time search tel email url'.split(' '),
);
const BINDING = new Set('input name debounce options labels min max step placeholder autocomplete'.split(' '));

/**
 * A compiled chart that keeps to its own element: Vega writes whatever a binding says as attributes of an input field, and
 * listens to any element of the page that is asked for.
 */
export function contained<T extends object>(compiled: T, trusted: boolean): T {
  const vega = compiled as Json;
  tame(vega);
  if (!trusted) dropCursors(vega);
  const config = isObject(vega.config) ? vega.config : {};
  vega.config = { ...config, events: { bind: 'container', selector: false } };
  return compiled;
}

function tame(group: Json): void {
  const { signals, marks } = group;
  if (Array.isArray(signals)) {
    for (const signal of signals) {
      if (isObject(signal) && 'bind' in signal) signal.bind = binding(signal.bind);
    }
  }
  if (Array.isArray(marks)) {
    for (const mark of marks) if (isObject(mark)) tame(mark);
  }
}

function binding(bind: unknown): Json {
  const known = isObject(bind) ? Object.entries(bind).filter(([name]) => BINDING.has(name)) : [];
  const made = Object.fromEntries(known);
  return { ...made, input: FIELDS.has(made.input as string) ? made.input : 'text' };
}

/** A cursor may be a picture's address, which the browser would fetch. */
function dropCursors(value: unknown): void {
  if (Array.isArray(value)) {
    value.forEach(dropCursors);
  } else if (isObject(value)) {
    delete value.cursor;
    if (Array.isArray(value.signals)) {
      value.signals = value.signals.filter((signal) => !isObject(signal) || signal.name !== 'cursor');
    }
    for (const [name, part] of Object.entries(value)) if (name !== 'data') dropCursors(part);
  }
}
