// Questions to the kernel that wait for their replies, and what to say while they wait long.

import type { Ask, Reply } from './messages';

export const BUSY =
  'The kernel is busy with the cell; it will answer when the cell ends. To stop everything now, interrupt the kernel.';
const PATIENCE_MS = 4000;

interface Waiting<R> {
  resolve: (reply: R) => void;
  reject: (reason: Error) => void;
}

export class Questions<A extends object = Ask, R extends { id: string } = Reply> {
  private readonly waiting = new Map<string, Waiting<R>>();

  constructor(private readonly send: (message: A & { id: string }) => void) {}

  /** Resolves with the reply, however late it comes. */
  ask(question: A): Promise<R> {
    return new Promise((resolve, reject) => {
      // Unique among the page's and other tabs'; randomUUID is not there where a server is reached by plain http.
      const id = Math.random().toString(36).slice(2) + Date.now().toString(36);
      this.waiting.set(id, { resolve, reject });
      this.send({ ...question, id });
    });
  }

  answer(reply: R): void {
    this.waiting.get(reply.id)?.resolve(reply);
    this.waiting.delete(reply.id);
  }

  /** Nobody will answer any more. */
  abandon(words: string): void {
    for (const { reject } of this.waiting.values()) reject(new Error(words));
    this.waiting.clear();
  }
}

/** A line for the user that appears while a reply takes long, and goes when the last has come. */
export class Patience {
  readonly line = document.createElement('p');
  private readonly late = new Set<Promise<unknown>>();

  constructor() {
    this.line.className = 'rbv-shell-line';
    this.line.setAttribute('role', 'status');
  }

  async while<T>(reply: Promise<T>): Promise<T> {
    const timer = setTimeout(() => {
      this.late.add(reply);
      this.line.textContent = BUSY;
    }, PATIENCE_MS);
    try {
      return await reply;
    } finally {
      clearTimeout(timer);
      this.late.delete(reply);
      if (!this.late.size) this.line.textContent = '';
    }
  }
}
