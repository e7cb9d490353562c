// A live run out of a widget's model: the snapshot it was made with, then the messages on its comm.

import type { AnyModel } from '@anywidget/types';
import { Questions } from '../asking';
import type { LiveRun, Voted } from '../live';
import type { Changes, Comparison, FromKernel, Snapshot } from '../messages';
import { orphaned } from '../view/read';
import { changed, stateOf, voted } from '../view/state';

// An alias, since an interface is not taken for a record.
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
export type Traits = { _snapshot: Snapshot };

export interface Source extends LiveRun {
  /** The kernel is gone: what came is all there is. */
  readonly lost: () => void;
  close(): void;
}

export function sourceOf(model: AnyModel<Traits>): Source {
  const first = model.get('_snapshot');
  const run = first.comparison.run.id;
  const questions = new Questions((message) => {
    model.send(message);
  });
  const listeners = new Set<(message: Snapshot | Changes) => void>();
  let state = stateOf(first.comparison, first.seq);
  let resyncing = false;

  const replace = (comparison: Comparison, seq: number): void => {
    state = stateOf(comparison, seq);
    tell({ kind: 'snapshot', seq, comparison });
  };
  const tell = (message: Snapshot | Changes): void => {
    for (const listener of [...listeners]) listener(message);
  };
  const current = (): { comparison: Comparison; seq: number } => ({
    comparison: state.comparison,
    seq: state.seq ?? first.seq,
  });
  /** Views know of a vote from the reply to it. */
  const keepVote = (reply: Voted): void => {
    state = stateOf(voted(state.comparison, reply), state.seq);
  };
  const take = (message: FromKernel): void => {
    if (message.kind === 'snapshot') {
      resyncing = false;
      replace(message.comparison, message.seq);
    } else if (message.kind === 'changes') {
      const next = changed(state, message);
      if (next) {
        state = next;
        tell(message);
      } else if (!resyncing) {
        resyncing = true;
        model.send({ kind: 'resync', run, id: 'resync' });
      }
    } else {
      if (message.ok && message.answer === 'voted') keepVote(message);
      questions.answer(message);
    }
  };
  model.on('msg:custom', take);

  return {
    id: run,
    current,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    ask: (question) => questions.ask(question),
    voted: keepVote,
    lost: () => {
      questions.abandon('The kernel has ended.');
      const { comparison, seq } = current();
      if (comparison.run.status === 'running') replace(orphaned(comparison), seq);
    },
    close() {
      model.off('msg:custom', take);
      questions.abandon('This run is over.');
    },
  };
}
