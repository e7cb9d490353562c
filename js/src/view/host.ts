// What a shell (the widget, the JupyterLab renderer, a test) offers the view. The view knows nothing else of its host.

import type { Ask, Comparison, Reply } from '../messages';

export interface Host {
  /**
   * Ask the kernel something. Resolves with its reply, also when it refuses; rejects with an `Error` whose message can be
   * shown when nobody is there to answer.
   */
  ask(question: Ask): Promise<Reply>;
  /** Why nothing can be asked now, in words for the user; `null` when it can. */
  unavailable(): string | null;
  /** Typeset the mathematics in an element that is already safe, where the host can. */
  typeset?(element: HTMLElement): void;
  /** A vote was cast and this is the comparison now: keep it with the notebook, where the host can. */
  keep?(comparison: Comparison): void;
}
