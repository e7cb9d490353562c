// The page's list of live runs. The widget puts a run in as it begins, and the JupyterLab renderer finds it there: they are
// separate bundles, and share nothing but this.

import type { Ask, Changes, Comparison, Reply, Snapshot } from './messages';
import type { View } from './view/mount';

export interface LiveRun {
  readonly id: string;
  /** As it is now, and the `seq` that goes with it. */
  current(): { comparison: Comparison; seq: number };
  /** Called with every message from now on. Returns what ends it. */
  subscribe(listener: (message: Snapshot | Changes) => void): () => void;
  ask(question: Ask): Promise<Reply>;
  /** A vote was stored that was not asked for here: whoever looks later should see it. */
  voted(reply: Voted): void;
}

export type Voted = Extract<Reply, { answer: 'voted' }>;

interface Registry {
  runs: Map<string, LiveRun>;
  listeners: Set<() => void>;
}

const KEY = Symbol.for('routebook.live');

function registry(): Registry {
  const page = globalThis as { [KEY]?: Registry };
  return (page[KEY] ??= { runs: new Map(), listeners: new Set() });
}

export function findLive(id: string): LiveRun | undefined {
  return registry().runs.get(id);
}

/** Called whenever a run appears or goes. Returns what ends it. */
export function watchLive(listener: () => void): () => void {
  const { listeners } = registry();
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Returns what takes it out again; that does nothing once another has taken its place. */
export function addLive(live: LiveRun): () => void {
  const { runs } = registry();
  runs.set(live.id, live);
  tell();
  return () => {
    if (runs.get(live.id) !== live) return;
    runs.delete(live.id);
    tell();
  };
}

/** Shows a run in a view as it goes on. Returns what ends that. */
export function follow(live: LiveRun, view: View): () => void {
  const show = (): void => {
    const { comparison, seq } = live.current();
    view.show(comparison, seq);
  };
  show();
  return live.subscribe((message) => {
    if (message.kind === 'snapshot' || view.apply(message) === 'gap') show();
  });
}

function tell(): void {
  for (const listener of [...registry().listeners]) listener();
}
