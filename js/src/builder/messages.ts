// What kernel and page say to each other about a policy builder; src/routebook/notebook/builder/messages.py and shown.py
// are the other side of it. Figures are numbers, names are text, `null` is unknown.

/** The output of a builder: where JupyterLab finds its widget, it shows that. */
export const BUILDER_MIME = 'application/vnd.routebook.builder.v1+json';

/** The page's list of builders that live. */
export const BUILDERS = 'routebook.builders';

/** A figure and the ends of its 95 % interval. */
export interface Estimate {
  value: number | null;
  low: number | null;
  high: number | null;
}

/** The last is for everything else, with the tag `default`, and asks nothing. */
export interface Rule {
  tag: string;
  when: string | null;
  /** `Model.id`: the first that is asked, then its fallbacks. */
  models: string[];
  /** Whether a hand made or changed it. */
  by_hand: boolean;
  /** Prompts it was learned from; `null` where it gets others now. */
  learned_on: number | null;
  held_out: number;
  quality: Estimate;
  /** Its quality less that of the best single model on the same prompts. */
  gain: Estimate;
  usd_per_1k_prompts: Estimate;
}

export interface Policy {
  rules: Rule[];
  quality: Estimate;
  /** Its quality less that of the best single model, and how many times as much it costs as that one. */
  gain: Estimate;
  cost_ratio: Estimate;
  usd_per_1k_prompts: Estimate;
  /** Of the held-out prompts, by model. */
  shares: number[];
  /** YAML. */
  file: string;
}

/** A model, and what it gets if it answers everything. */
export interface Model {
  id: string;
  name: string;
  /** The index of its colour. */
  colour: number;
  simulated: boolean;
  /** `best single`, `cheapest`, both, or empty. */
  role: string;
  quality: Estimate;
  usd_per_1k_prompts: Estimate;
}

/** What stays while a builder lives. */
export interface Setting {
  id: string;
  /** From the cheapest to the best; one where no cost is known. */
  stops: Policy[];
  models: Model[];
  /** That prompts have. */
  tags: string[];
  /** Held-out ones. */
  prompts: number;
  /** Whether a cost is known. */
  priced: boolean;
  simulated: boolean;
  notes: string[];
}

/** What stands. */
export interface Now {
  /** The stop it is, or was made from. */
  stop: number;
  /** What a hand made of it. */
  edited: Policy | null;
  undo: boolean;
  redo: boolean;
}

export type Edit =
  | { verb: 'slide'; to: number }
  | { verb: 'use' | 'fallback'; tag: string; model: string }
  /** A model, or the whole rule. */
  | { verb: 'remove'; tag: string; model: string | null }
  /** Among the rules, to a place from 0. */
  | { verb: 'move'; tag: string; to: number }
  /** A rule before all others: for a tag, or else for any of some words. */
  | { verb: 'add'; tag: string | null; words: string[]; model: string }
  | { verb: 'undo' | 'redo' };

export type Ask =
  /** Is anybody there? */
  | { kind: 'hello' }
  | { kind: 'edit'; edit: Edit }
  /** In the kernel's folder; `replace`: the user knows that there is a file with that name. */
  | { kind: 'save'; file: string; replace: boolean };

/** Each question carries an id, and is answered or refused by it. */
export type FromPage = Ask & { id: string };

export type Reply =
  | { kind: 'reply'; id: string; ok: false; error: string }
  /** Done; what stands came before this. */
  | { kind: 'reply'; id: string; ok: true; answer: 'heard' }
  | { kind: 'reply'; id: string; ok: true; answer: 'saved' | 'taken'; path: string };

/** A builder that lives in this page. */
export interface LiveBuilder {
  readonly id: string;
  /** Show it in a place of the page. Returns what takes it away. */
  show: (place: HTMLElement) => () => void;
}
