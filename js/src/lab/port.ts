// The page's own way to ask a kernel: a comm, opened when it is first needed and again after a restart.
// JupyterLab sends comms to a subshell of the kernel where it has them, so that *Stop* is heard while a cell runs.

import type { Kernel } from '@jupyterlab/services';
import type { JSONObject } from '@lumino/coreutils';
import { Questions } from '../asking';
import { COMM_TARGET, type Ask, type Reply } from '../messages';

export const NO_KERNEL =
  'Votes need a running kernel: choose one for this notebook, run %load_ext routebook, then vote.';
export const NOT_LOADED = 'This kernel has not loaded routebook: run %load_ext routebook, then try again.';
const RESTARTED = 'The kernel was restarted: run %load_ext routebook, then try again.';

const ENDINGS = new Set(['restarting', 'autorestarting', 'terminating', 'dead']);

/** Whether a kernel with this status has forgotten, or is about to forget, what it knew. */
export const ends = (status: Kernel.Status): boolean => ENDINGS.has(status);

export class Port {
  private opening: Promise<Kernel.IComm> | null = null;
  private comm: Kernel.IComm | null = null;
  private readonly questions = new Questions((message) => this.comm?.send(message as unknown as JSONObject));

  constructor(private readonly kernel: Kernel.IKernelConnection) {
    kernel.statusChanged.connect((_, status) => {
      if (ends(status)) this.forget(RESTARTED);
    });
  }

  async ask(question: Ask): Promise<Reply> {
    await this.open();
    return this.questions.ask(question);
  }

  /** Open it now, so that the first question is heard without delay. */
  open(): Promise<Kernel.IComm> {
    return (this.opening ??= this.connect().catch((error: unknown) => {
      this.opening = null;
      throw error;
    }));
  }

  private async connect(): Promise<Kernel.IComm> {
    const comm = this.kernel.createComm(COMM_TARGET);
    comm.onMsg = (message) => {
      this.questions.answer(message.content.data as unknown as Reply);
    };
    comm.onClose = () => {
      this.forget(NOT_LOADED);
    };
    await this.kernel.info;
    // What is sent before the subshell has started goes to the main shell, which may be busy with a cell.
    if (this.kernel.supportsSubshells) await (comm as { subshellStarted?: Promise<void> }).subshellStarted;
    if (comm.isDisposed) throw new Error(RESTARTED);
    comm.open();
    this.comm = comm;
    return comm;
  }

  private forget(words: string): void {
    this.opening = null;
    this.comm = null;
    this.questions.abandon(words);
  }
}

const ports = new WeakMap<Kernel.IKernelConnection, Port>();

export function portOf(kernel: Kernel.IKernelConnection): Port {
  let port = ports.get(kernel);
  if (!port) ports.set(kernel, (port = new Port(kernel)));
  return port;
}
