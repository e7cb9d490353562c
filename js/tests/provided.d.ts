import 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** The widget's script: tests/global.mjs. */
    widget: string;
  }
}
