// The policy drafts that this page knows, one for each run: every view of a run shows the same, and the kernel has the word.

import { useLayoutEffect, useState } from 'preact/hooks';
import type { Draft, DraftEdit, Reply } from '../messages';
import type { Host } from '../view/host';
import { chosen } from './rules';

export const NO_KERNEL =
  'Choosing needs a running kernel: choose one for this notebook, run %load_ext routebook, then try again.';

export interface Known {
  draft: Draft | null;
  /** What was chosen with a kernel that has forgotten it. */
  lost: Draft | null;
  /** Why the last question was not answered. */
  trouble: string;
  /** The change that `draft` came of. */
  last: DraftEdit | null;
  /** Whether the reader asked to see it, chosen or not. */
  open: boolean;
  /** Which of a prompt's tags models are chosen for, where it has several. */
  tag: string;
}

const NOTHING: Known = { draft: null, lost: null, trouble: '', last: null, open: false, tag: '' };
const known = new Map<string, Known>();
const listeners = new Set<() => void>();

const of = (run: string): Known => known.get(run) ?? NOTHING;

function know(run: string, change: Partial<Known>): void {
  known.set(run, { ...of(run), ...change });
  for (const listener of listeners) listener();
}

/** For tests: a page that has just been opened. */
export function forgetDrafts(): void {
  known.clear();
}

/** What the page knows of a run's draft; the component is drawn again when that changes. */
export function useDraft(run: string): Known {
  const [, again] = useState({});
  useLayoutEffect(() => {
    const listener = (): void => { again({}); };
    listeners.add(listener);
    return () => { listeners.delete(listener); };
  }, []);
  return of(run);
}

/** Ask the kernel, and resolve with its reply; `null` where there is none, and then `trouble` says why. */
export async function ask(run: string, host: Host, question: Parameters<Host['ask']>[0]): Promise<Extract<Reply, { ok: true }> | null> {
  try {
    const reply = await host.ask(question);
    know(run, { trouble: reply.ok ? '' : reply.error });
    return reply.ok ? reply : null;
  } catch (error) {
    know(run, { trouble: error instanceof Error ? error.message : String(error) });
    return null;
  }
}

/** Change a run's draft, or with `null` see what there is. */
export async function edit(run: string, host: Host, change: DraftEdit | null): Promise<void> {
  const reply = await ask(run, host, { kind: 'draft', run, edit: change });
  if (reply?.answer !== 'draft') return;
  const { draft: before, lost } = of(run);
  const forgotten = before && before.history !== reply.draft.history && chosen(before);
  know(run, { draft: reply.draft, last: change, lost: forgotten ? before : change?.verb === 'put' ? null : lost });
}

/** Choose models for this tag, where a prompt has several. */
export function choosingFor(run: string, tag: string): void {
  know(run, { tag });
}

/** Show it, chosen or not. */
export function open(run: string, host: Host): void {
  know(run, { open: true });
  void edit(run, host, null);
}

/** Hide what is not chosen, and what cannot be brought back. */
export function close(run: string): void {
  know(run, { open: false, trouble: '', lost: null });
}

/** The change that makes a draft what another one was. */
export const putBack = ({ name, by, rules }: Draft): DraftEdit => ({
  verb: 'put',
  name,
  by,
  rules: rules.map(({ tag, choices }) => ({ tag, models: choices.map(({ model }) => model) })),
});
