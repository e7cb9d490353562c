// How figures are put into words, exactly as src/routebook/render/words.py and pricing/money.py put them.
// Both are tested against tests/fixtures/view/words.json.

export type Figure = number | null | undefined;

export const known = (value: Figure): value is number => typeof value === 'number' && !Number.isNaN(value);
const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',');

/** A number of things: "1 prompt", "1,200 calls". */
export const count = (number: number, thing: string): string =>
  `${grouped(String(number))} ${thing}${number === 1 ? '' : 's'}`;

export const amount = (number: number): string => grouped(String(number));

/** With so many digits; a tie goes to the even one, as in Python. `toFixed` decides all else exactly. */
function fixed(value: number, digits: number): string {
  const scaled = value * 10 ** digits;
  const tie = (value * 2 ** (digits + 1)) % 1 === 0 && Math.abs(scaled % 1) === 0.5;
  return (tie ? (2 * Math.round(scaled / 2)) / 10 ** digits : value).toFixed(digits);
}

/** A positive amount with so many decimals: rounded as it is written in decimal, half to even. */
function cents(value: number, decimals: number): string {
  const [whole = '0', part = ''] = String(value).split('.');
  const kept = BigInt(whole + part.slice(0, decimals).padEnd(decimals, '0'));
  const rest = part.slice(decimals);
  const up = rest > '5' || (rest === '5' && kept % 2n === 1n);
  const digits = String(kept + (up ? 1n : 0n)).padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** US dollars with the digits that matter: four below a cent, three below a dollar, else two. */
export function usd(value: Figure): string {
  if (!known(value)) return 'unknown';
  if (value === 0) return '$0';
  const sign = value < 0 ? '-' : '';
  const size = Math.abs(value);
  if (size < 0.0001) return sign ? '>-$0.0001' : '<$0.0001';
  if (size >= 1e21) return `${sign}$${size.toExponential(2)}`;
  for (const [below, decimals] of [[0.01, 4], [1, 3]] as const) {
    const text = cents(size, decimals);
    if (Number(text) < below) return `${sign}$${text}`;
  }
  const [whole = '', part = ''] = cents(size, 2).split('.');
  return `${sign}$${grouped(whole)}.${part}`;
}

/** Seconds without their unit, with the digits that matter. */
export const numberOfSeconds = (value: number): string => fixed(value, value < 0.995 ? 2 : value < 9.95 ? 1 : 0);

export const seconds = (value: Figure): string => (known(value) ? `${numberOfSeconds(value)} s` : 'unknown');

/** The times to the first token and to the end. */
export function firstAndTotal(first: Figure, total: Figure): string {
  if (!known(first) && !known(total)) return 'none';
  return `${[first, total].map((value) => (known(value) ? numberOfSeconds(value) : '–')).join(' / ')} s`;
}

export function rate(tokensPerSecond: Figure): string {
  if (!known(tokensPerSecond)) return 'unknown';
  return `${tokensPerSecond >= 9.95 ? grouped(fixed(tokensPerSecond, 0)) : fixed(tokensPerSecond, 1)} tok/s`;
}

/** What is said of an answer, from 0 to 1, and how many said it where several did. */
export const score = (value: Figure, n: number): string =>
  known(value) ? fixed(value, 2) + (n > 1 ? ` (n=${amount(n)})` : '') : 'no score';

/** How an answer did in pairs. */
export function pairs(won: number, tied: number, of: number): string {
  if (!of) return 'no verdict';
  const parts = [...(won || !tied ? [`won ${amount(won)}`] : []), ...(tied ? [`tied ${amount(tied)}`] : [])];
  return `${parts.join(', ')} of ${amount(of)}`;
}

/** With how many digits, two more at most, a share does not become a 0, 1 or -1 that it is not. */
function telling(value: number, digits: number): number {
  if (value === 0 || Math.abs(value) >= 1) return digits;
  const more = [0, 1, 2].find((one) => ![0, 1].includes(Math.abs(Number(fixed(value, digits + one)))));
  return digits + (more ?? 0);
}

/** A number of two digits; what is not all, or not nothing, is not written as if it were. */
export const figure = (value: Figure): string => (known(value) ? fixed(value, telling(value, 2)).replace(/^-(0\.?0*)$/, '$1') : 'unknown');

/** A difference, with its sign. */
export function signed(value: Figure): string {
  const words = figure(value);
  return known(value) && value > 0 && Number(words) ? `+${words}` : words;
}

/** An interval. */
export function span(low: Figure, high: Figure, sign = false): string {
  const write = sign ? signed : figure;
  return known(low) && known(high) ? `${write(low)} to ${write(high)}` : 'unknown';
}

export const percent = (share: Figure): string =>
  known(share) ? `${fixed(share * 100, telling(share, 2) - 2)}%` : 'unknown';

const NEWLINES = /\r\n?/g;
const UNSAFE = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]|\p{Cs}/gu;

/**
 * Text with everything that would be obeyed instead of shown made visible: escape sequences, other controls, the marks
 * that turn a line around. As in src/routebook/render/clean.py.
 */
export const visible = (text: string): string => text.replace(NEWLINES, '\n').replace(UNSAFE, sign);

function sign(found: string): string {
  const code = found.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return '\u2421';
  if (code >= 0xd800) return '\ufffd';
  return `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`;
}

/** The text visible and on one line, shortened to so many characters. */
export function oneLine(text: string, longest: number): string {
  const line = visible(text.slice(0, 8 * longest + 80)).split(/\s+/).join(' ').trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1).trimEnd()}…`;
}
