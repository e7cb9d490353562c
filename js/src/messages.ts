// The contract with Python: the saved comparison, and what kernel and page say to each other while there is a kernel.
// Beside it: src/routebook/render/document.py (the comparison) and src/routebook/notebook/messages.py (the messages).
// Both sides are tested against the same files in tests/fixtures/view/.
//
// `undefined` (a field left out) means "not so" or "nothing"; `null` is unknown. Amounts are US dollars, times seconds.

export const COMPARISON_MIME = 'application/vnd.routebook.comparison.v1+json';
export const COMM_TARGET = 'routebook';

export type RunStatus = 'running' | 'finished' | 'interrupted' | 'failed';
export type Phase = 'queued' | 'waiting' | 'streaming' | 'done' | 'failed' | 'missing';

/** A comparison as it is shown and saved. Whoever reads one may not trust who wrote it. */
export interface Comparison {
  routebook: 1;
  run: Run;
  /** In the order asked. Empty in a blind run until something is revealed. */
  models: Model[];
  /** In the order asked; of a very large run only the first. */
  prompts: Prompt[];
  /** What the reader should know, one line each. */
  notes: string[];
  votes: Vote[];
}

export interface Run {
  /** 32 hex digits. */
  id: string;
  name: string;
  /** ISO 8601, UTC. */
  created_at: string;
  status: RunStatus;
  planned: number;
  done: number;
  repeats: number;
  /** How many prompts there are; `Comparison.prompts` may have fewer. */
  prompts: number;
  tags: string[];
  /** Whether names, times and costs are hidden until a vote is cast; Python sends none of them then. */
  blind: boolean;
  /** Whether all answers are simulated. */
  simulated: boolean;
  /** `null` in a blind run. */
  cost: Cost | null;
  /** What it was said to cost at most, in words; while it goes on. */
  quoted?: string;
  /** Seconds of the slowest answer that was waited for. */
  slowest_s: number | null;
  /** What was given beyond prompts and models. */
  settings: Record<string, unknown>;
}

/** Real and simulated money apart; `priced` of `calls` have a known price. */
export interface Cost {
  usd: number;
  /** What it cost when asked: more than `usd` where answers came from the cache. */
  list_usd: number;
  priced: number;
  calls: number;
  simulated_usd: number;
  simulated_priced: number;
  simulated_calls: number;
}

export interface Model {
  /** `host/model`. */
  id: string;
  /** Its short name. */
  name: string;
  host: string;
  vendor: string;
  /** Which of the palette's colours, from 0; the same through the whole notebook. */
  colour: number;
  simulated: boolean;
  /** Over its calls; left out where there is one call for each model, or nothing has come. */
  summary?: Summary;
  /** What checks and judges say of its answers; only beside a summary. */
  means?: Mean[];
}

/** What one check or judge says of a model's answers. */
export interface Mean {
  name: string;
  /** From 0 to 1: the mean over `n` prompts; of pairs, the share that the model got of `n`. */
  value: number;
  n: number;
  pairs?: true;
}

export interface Summary {
  calls: number;
  errors: number;
  cached: number;
  priced: number;
  cost_usd: number | null;
  usd_per_1k_calls: number | null;
  ttft_p50_s: number | null;
  ttft_p95_s: number | null;
  latency_p50_s: number | null;
  latency_p95_s: number | null;
  tokens_per_s: number | null;
}

export interface Message {
  role: string;
  text: string;
}

export interface Prompt {
  id: string;
  /** From 1. */
  number: number;
  text: string;
  system?: string;
  /** The turns before `text`. */
  earlier?: Message[];
  tags?: string[];
  images?: { name: string; bytes: number }[];
  /** By repeat, then in the order of the models; in a blind run in the order of their letters. */
  answers: Answer[];
}

export interface Badge {
  text: string;
  kind?: 'bad' | 'warning' | 'simulated';
  title?: string;
}

export interface Failure {
  kind: string;
  message: string;
  hint?: string;
  status?: number;
}

/** What one check or judge says of an answer. What people say is in `Comparison.votes`. */
export interface Score {
  name: string;
  /** From 0 to 1: how good it is; of pairs, the share that it got. `null` where nothing could be said: `note` says why. */
  value: number | null;
  /** Of how many words it is the mean, or of how many pairs; left out for one. */
  n?: number;
  /** Of pairs: how many it won, and how many were a tie. */
  won?: number;
  tied?: number;
  /** Why; one line. */
  note?: string;
}

export interface Answer {
  /** Unique in the comparison, stable from the first moment to the last. */
  id: string;
  /** Index into `Comparison.models`; `null` while it is blind. */
  model: number | null;
  /** "Answer A", in a blind run; stays when it is revealed. */
  label?: string;
  /** From 0. */
  repeat: number;
  phase: Phase;
  text?: string;
  reasoning?: string;
  /** Where it was asked, with the region: "bedrock, us-east-1". */
  host?: string;
  badges?: Badge[];
  failure?: Failure;
  /** How often it was tried. */
  tries?: number;
  /** What it costs now; 0 from the cache; `null` is unknown. Left out while blind or growing. */
  usd?: number | null;
  /** What it cost when it was asked. */
  list_usd?: number | null;
  /** Where the price comes from, in words. */
  price?: string;
  /** Seconds to the first visible text. */
  ttft_s?: number | null;
  /** Seconds to the end; while it streams, what has passed. */
  latency_s?: number | null;
  tokens_per_s?: number | null;
  input_tokens?: number | null;
  /** Of the input, read from the host's prompt cache. */
  cached_tokens?: number | null;
  output_tokens?: number | null;
  /** Of the output. */
  reasoning_tokens?: number | null;
  /** Why it ended, in the host's word. */
  finish?: string;
  request_id?: string;
  served_model?: string;
  /** ISO 8601, UTC. */
  started_at?: string;
  /** Left out while it is blind. */
  scores?: Score[];
}

export type Winner = 'a' | 'b' | 'tie' | 'both_bad';

interface VoteFacts {
  /** `Prompt.id`. */
  prompt: string;
  note?: string;
  /** Whether names, times and costs were hidden when it was cast. */
  blind: boolean;
  /** `Answer.id`s in the order in which they were shown. */
  order: string[];
}

export interface PairBallot extends VoteFacts {
  kind: 'pair';
  /** `Answer.id`s. */
  a: string;
  b: string;
  winner: Winner;
}

export interface RatingBallot extends VoteFacts {
  kind: 'rating';
  answer: string;
  /** From 1, worst, to 5, best. */
  rating: number;
}

/** What a person says in the view. */
export type Ballot = PairBallot | RatingBallot;

/** A ballot that is in the store. */
export type Vote = Ballot & {
  id: string;
  by: string;
  /** ISO 8601, UTC. */
  at: string;
};

// ---- from the kernel -------------------------------------------------------------------------------------------------

/** Everything, as it is now; `changes` with a larger `seq` come on top. */
export interface Snapshot {
  kind: 'snapshot';
  seq: number;
  comparison: Comparison;
}

/** What is new since the message before, whose `seq` was one less. */
export interface Changes {
  kind: 'changes';
  seq: number;
  changes: Change[];
  run?: Partial<Run>;
  /** By the model's index. */
  summaries?: Record<number, Summary>;
}

export interface Change {
  /** `Answer.id`. */
  answer: string;
  /** To append; after `set`. */
  text?: string;
  reasoning?: string;
  /** Fields that have a new value. */
  set?: Partial<Answer>;
}

export type Reply =
  | { kind: 'reply'; id: string; ok: false; error: string }
  | { kind: 'reply'; id: string; ok: true; answer: 'stopped' }
  | { kind: 'reply'; id: string; ok: true; answer: 'voted'; vote: Vote; prompt?: Prompt; models?: Model[] }
  | { kind: 'reply'; id: string; ok: true; answer: 'request'; request: ExactRequest }
  | { kind: 'reply'; id: string; ok: true; answer: 'draft'; draft: Draft }
  /** The policy is in this file; or `taken`, that name is another file's. */
  | { kind: 'reply'; id: string; ok: true; answer: 'saved' | 'taken'; path: string };

/** What was sent for one answer, without its credentials. */
export interface ExactRequest {
  /** The wire's name, such as "OpenAI Responses". */
  protocol: string;
  body: unknown;
}

/** A policy in the making, as the kernel holds it for one run. */
export interface Draft {
  /** Tells it from that of another kernel, or of this one before it was restarted. */
  history: string;
  /** What the policy is called. */
  name: string;
  /** In their order: of two that match a prompt the earlier one counts. That of `default` is always there, and last. */
  rules: DraftRule[];
  /** Whose word the quality is; `null` where none of `judges` was chosen. */
  by: string | null;
  judges: string[];
  /** Whether there is something to undo, and to redo. */
  undo: boolean;
  redo: boolean;
  /** The policy's file, YAML; `null` while no model is chosen for everything else. */
  file: string | null;
}

/** Where prompts with a tag go; with the tag `default`, everything else. */
export interface DraftRule {
  tag: string;
  /** The first that is asked, then its fallbacks. */
  choices: DraftChoice[];
}

export interface DraftChoice {
  /** `Model.id`. */
  model: string;
  /** What the run says of it there. */
  said: string;
}

export type FromKernel = Snapshot | Changes | Reply;

// ---- from the page ---------------------------------------------------------------------------------------------------

export type Ask =
  | { kind: 'stop'; run: string; /** A model's id; `null` for all. */ model: string | null }
  | { kind: 'vote'; run: string; ballot: Ballot }
  | { kind: 'request'; run: string; /** `Answer.id`. */ answer: string }
  /** A message was missed: send a snapshot. Answered by one, not by a reply. */
  | { kind: 'resync'; run: string }
  /** Change the run's policy draft; `null` only shows it. */
  | { kind: 'draft'; run: string; edit: DraftEdit | null }
  /** Save it in the kernel's folder; `replace`: the user knows that there is a file with that name. */
  | { kind: 'save'; run: string; file: string; replace: boolean };

export type DraftEdit =
  | { verb: 'use' | 'fallback'; tag: string; model: string }
  /** A model, or the whole rule. */
  | { verb: 'remove'; tag: string; model: string | null }
  /** To a place from 0: a model in its chain, or a rule among the rules. */
  | { verb: 'move'; tag: string; model: string | null; to: number }
  | { verb: 'undo' | 'redo' }
  | { verb: 'rename'; name: string }
  | { verb: 'judge'; name: string | null }
  /** All anew: what the page still knows when the kernel has forgotten it. */
  | { verb: 'put'; name: string; by: string | null; rules: { tag: string; models: string[] }[] };

/** Each request carries an id, and is answered or refused by it. */
export type FromPage = Ask & { id: string };
