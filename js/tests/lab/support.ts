// What JupyterLab has around an output: a kernel that answers on comms, its session, and the output's model.

import type { ISessionContext } from '@jupyterlab/apputils';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { Kernel } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';
import { COMPARISON_MIME, type Comparison, type FromPage, type Reply } from '../../src/messages';
import running from '../../../tests/fixtures/view/running.json';
import open from '../../../tests/fixtures/view/open.json';

export const RUNNING = running as unknown as Comparison;
export const FINISHED = open as unknown as Comparison;

type Answering = (message: FromPage) => Reply | 'not loaded' | null;

export class LabKernel {
  readonly statusChanged = new Signal<this, Kernel.Status>(this);
  readonly info = Promise.resolve({});
  readonly supportsSubshells: boolean;
  status: Kernel.Status = 'idle';
  /** How often the page opened a comm. */
  opened = 0;
  readonly heard: FromPage[] = [];
  private subshell: () => void = () => undefined;

  constructor(
    private readonly answer: Answering = () => null,
    { subshells = false } = {},
  ) {
    this.supportsSubshells = subshells;
  }

  createComm(): object {
    const comm = {
      isDisposed: false,
      subshellStarted: new Promise<void>((resolve) => {
        this.subshell = resolve;
      }),
      onMsg: (): void => undefined,
      onClose: (): void => undefined,
      open: () => {
        this.opened += 1;
      },
      send: (message: FromPage) => {
        this.heard.push(message);
        const reply = this.answer(message);
        if (reply === 'not loaded') comm.onClose();
        else if (reply) (comm.onMsg as (message: object) => void)({ content: { data: reply } });
      },
    };
    return comm;
  }

  startSubshell(): void {
    this.subshell();
  }

  become(status: Kernel.Status): void {
    this.status = status;
    this.statusChanged.emit(status);
  }
}

export interface LabSession {
  isReady: boolean;
  session: { kernel: LabKernel | null };
  statusChanged: Signal<LabSession, Kernel.Status>;
  kernelChanged: Signal<LabSession, object>;
}

export function sessionWith(kernel: LabKernel | null): LabSession {
  const session = { isReady: true, session: { kernel } } as LabSession;
  session.statusChanged = new Signal(session);
  session.kernelChanged = new Signal(session);
  kernel?.statusChanged.connect((_, status) => {
    session.statusChanged.emit(status);
  });
  return session;
}

export const asContext = (session: LabSession): ISessionContext => session as unknown as ISessionContext;

/** An output's model; `written` is what was put into it last. */
export class OutputModel implements IRenderMime.IMimeModel {
  readonly metadata = {};
  data: IRenderMime.IMimeModel['data'];
  written: Comparison | null = null;
  /** Lab renders a model again when it was written to. */
  render: () => void = () => undefined;

  constructor(
    value: unknown,
    readonly mime = COMPARISON_MIME,
    readonly trusted = true,
  ) {
    this.data = { [mime]: value as never, 'text/plain': 'a comparison' };
  }

  setData({ data }: IRenderMime.IMimeModel.ISetDataOptions): void {
    this.data = data ?? {};
    this.written = this.data[this.mime] as unknown as Comparison;
    this.render();
  }
}
