// The view on a page of its own: bundled by esbuild, driven by tests through `window.harness`.

import { COMPARISON_MIME, type Ask, type Changes, type Comparison, type Draft, type Reply, type Vote } from '../../src/messages';
import type { Host } from '../../src/view/host';
import { mount, type View } from '../../src/view/mount';
import { TOOLS } from '../../src/view/tools';
import '../../style/index.css';

export interface Harness {
  mime: string;
  asked: Ask[];
  /** What a vote's reply opens, in a blind run. */
  opens: Pick<Extract<Reply, { answer: 'voted' }>, 'prompt' | 'models'>;
  /** The policy draft after whatever change. */
  draft: Draft;
  /** Why there is no kernel; `null` when there is. */
  unavailable: string | null;
  show(comparison: Comparison, seq?: number): void;
  apply(message: Changes): 'ok' | 'gap';
  unmount(): void;
  kept: Comparison | null;
}

declare global {
  interface Window {
    harness: Harness;
  }
}

const host: Host = {
  ask(question) {
    harness.asked.push(question);
    if (harness.unavailable !== null) return Promise.reject(new Error(harness.unavailable));
    return Promise.resolve(reply(question, String(harness.asked.length)));
  },
  unavailable: () => harness.unavailable,
  keep(comparison) {
    harness.kept = comparison;
  },
};

function reply(question: Ask, id: string): Reply {
  switch (question.kind) {
    case 'vote': {
      const vote: Vote = { ...question.ballot, id: `vote-${id}`, by: 'ada', at: '2026-11-20T14:05:00Z' };
      return { kind: 'reply', id, ok: true, answer: 'voted', vote, ...harness.opens };
    }
    case 'request':
      return { kind: 'reply', id, ok: true, answer: 'request', request: { protocol: 'Simulated', body: { asked: question.answer } } };
    case 'draft':
      return { kind: 'reply', id, ok: true, answer: 'draft', draft: harness.draft };
    case 'save':
      return { kind: 'reply', id, ok: true, answer: 'saved', path: `/notes/${question.file}` };
    default:
      return { kind: 'reply', id, ok: true, answer: 'stopped' };
  }
}

let view: View | undefined;
const harness: Harness = {
  mime: COMPARISON_MIME,
  asked: [],
  opens: {},
  draft: { history: '', name: 'policy', rules: [{ tag: 'default', choices: [] }], by: null, judges: [], undo: false, redo: false, file: null },
  unavailable: null,
  kept: null,
  show(comparison, seq) {
    const element = document.querySelector<HTMLElement>('#here');
    if (!element) throw new Error('the page has no place for the view');
    view ??= mount(element, host, TOOLS);
    view.show(comparison, seq);
  },
  apply(message) {
    if (!view) throw new Error('nothing is shown yet');
    return view.apply(message);
  },
  unmount() {
    view?.unmount();
    view = undefined;
  },
};
window.harness = harness;
