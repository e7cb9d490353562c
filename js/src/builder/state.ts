// What a reader sees of a builder: where the slider is under their hand, what stands, and what the kernel refused.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Ask, Edit, Policy, Reply } from './messages';
import type { Source } from './source';

/** The slider's stop is sent when it has rested so long: one step to undo, however far it was dragged. */
const RESTS_MS = 250;

export interface Shown {
  policy: Policy;
  /** Where the slider is. */
  stop: number;
  edited: boolean;
  undo: boolean;
  redo: boolean;
  alive: boolean | null;
  trouble: string;
  /** Show a stop at once, and let the kernel know when the slider rests. */
  slide: (to: number) => void;
  /** It rests: let the kernel know at once. */
  rest: () => void;
  /** Resolves with whether it was done. */
  edit: (edit: Edit) => Promise<boolean>;
  save: (file: string, replace: boolean) => Promise<Extract<Reply, { answer: 'saved' | 'taken' }> | null>;
}

export function useBuilder(source: Source): Shown {
  const [, again] = useState({});
  const [sliding, setSliding] = useState<number | null>(null);
  const [trouble, setTrouble] = useState('');
  const waiting = useRef(0);
  const at = useRef<number | null>(null);
  // Before anything else can come: what came between would not be seen.
  useLayoutEffect(() => source.subscribe(() => { again({}); }), [source]);

  const ask = async (question: Ask): Promise<Extract<Reply, { ok: true }> | null> => {
    try {
      const reply = await source.ask(question);
      setTrouble(reply.ok ? '' : reply.error);
      return reply.ok ? reply : null;
    } catch (error) {
      setTrouble(error instanceof Error ? error.message : String(error));
      return null;
    }
  };
  const settle = async (): Promise<void> => {
    clearTimeout(waiting.current);
    const to = at.current;
    if (to === null || source.alive() !== true) return;
    at.current = null;
    await ask({ kind: 'edit', edit: { verb: 'slide', to } });
    // It may have moved on meanwhile.
    if (!moving()) setSliding(null);
  };
  const moving = (): boolean => at.current !== null;
  const alive = source.alive();
  useEffect(() => { void settle(); }, [alive]);
  useEffect(() => () => { void settle(); }, [source]);

  const now = source.now();
  const stop = sliding ?? now.stop;
  const edited = sliding === null && now.edited !== null;
  const policy = (edited ? now.edited : null) ?? source.setting.stops[stop];
  if (!policy) throw new Error('A builder has no such stop.');
  return {
    policy,
    stop,
    edited,
    undo: now.undo,
    redo: now.redo,
    alive,
    trouble,
    slide(to) {
      clearTimeout(waiting.current);
      at.current = to;
      setSliding(to);
      waiting.current = window.setTimeout(() => void settle(), RESTS_MS);
    },
    rest: () => void settle(),
    async edit(edit) {
      void settle();
      return (await ask({ kind: 'edit', edit })) !== null;
    },
    async save(file, replace) {
      void settle();
      const reply = await ask({ kind: 'save', file, replace });
      return reply && reply.answer !== 'heard' ? reply : null;
    },
  };
}
