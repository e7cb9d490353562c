// The little of Node that the tests use. Its own types would also change those of the browser, such as setTimeout's.

declare module 'node:fs' {
  export function readFileSync(path: string, encoding: 'utf8'): string;
  export function readdirSync(path: string): string[];
}

interface ImportMeta {
  readonly dirname: string;
}
