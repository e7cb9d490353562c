// The output of a comparison in JupyterLab. While the document says that the run goes on, it follows the page's live run;
// what is saved needs no kernel.

import type { ISessionContext } from '@jupyterlab/apputils';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { Kernel } from '@jupyterlab/services';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { Patience } from '../asking';
import { findLive, follow, watchLive, type LiveRun } from '../live';
import { COMPARISON_MIME, type Ask, type Comparison, type Reply } from '../messages';
import type { Host } from '../view/host';
import { keepKeys } from '../shortcuts';
import { mount, type View } from '../view/mount';
import { orphaned, readComparison } from '../view/read';
import { TOOLS } from '../view/tools';
import { ends, NO_KERNEL, portOf } from './port';

/** How long a live run may take to appear after its document; then the document is taken to be all that is left. */
const APPEARS_WITHIN_MS = 3000;

export interface Surroundings {
  typeset?: (element: HTMLElement) => void;
  /** The session an output belongs to; known once it is attached. */
  session: (output: Widget) => ISessionContext | null;
}

export class ComparisonOutput extends Widget implements IRenderMime.IRenderer {
  private readonly root = document.createElement('div');
  private readonly patience = new Patience();
  private readonly unwatch: () => void;
  private readonly giveKeys: () => void;
  private view: View | null = null;
  private model: IRenderMime.IMimeModel | null = null;
  private saved: Comparison | null = null;
  private live: LiveRun | null = null;
  private leave: (() => void) | null = null;
  private session: ISessionContext | null = null;
  private timer = 0;
  /** No live run has appeared for the document, or its kernel has ended: nobody seems to finish it. */
  private orphan = false;
  /** It was at work when no live run had appeared: it may yet finish it, and the page does not hear of it. */
  private unheard = false;
  /** What a kernel that has ended left in the page's list. */
  private stale: LiveRun | undefined;
  private keeping = false;
  private askable = false;

  constructor(private readonly surroundings: Surroundings) {
    super();
    this.addClass('rbv-output');
    this.node.append(this.root, this.patience.line);
    this.giveKeys = keepKeys(this.root);
    this.unwatch = watchLive(() => {
      this.settle();
    });
  }

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.model = model;
    // Lab also renders what `keep` wrote; the view knows that already.
    if (!this.keeping) this.read(model.data[COMPARISON_MIME]);
    return Promise.resolve();
  }

  override dispose(): void {
    if (this.isDisposed) return;
    clearTimeout(this.timer);
    this.giveKeys();
    this.unwatch();
    this.leave?.();
    this.attend(null);
    this.view?.unmount();
    super.dispose();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.attend(this.surroundings.session(this));
    this.prepare();
  }

  private read(value: unknown): void {
    clearTimeout(this.timer);
    try {
      this.saved = readComparison(value);
    } catch (error) {
      this.refuse(error instanceof Error ? error.message : String(error));
      return;
    }
    this.orphan = false;
    if (this.saved.run.status === 'running') {
      this.timer = window.setTimeout(() => {
        this.abandon();
      }, APPEARS_WITHIN_MS);
    }
    this.settle();
  }

  private refuse(words: string): void {
    this.saved = null;
    this.settle();
    this.view?.unmount();
    this.view = null;
    this.root.textContent = `${words} Run its cell again to make it anew.`;
  }

  private abandon(): void {
    if (this.saved?.run.status !== 'running' || this.live) return;
    this.orphan = true;
    const status = this.kernel()?.status;
    this.unheard = status === 'busy' || status === 'unknown'; // what it is in a page that was loaded while a cell runs
    this.settle();
  }

  private attend(session: ISessionContext | null): void {
    for (const signal of [this.session?.statusChanged, this.session?.kernelChanged]) signal?.disconnect(this.onKernel);
    for (const signal of [session?.statusChanged, session?.kernelChanged]) signal?.connect(this.onKernel);
    this.session = session;
    this.onKernel();
  }

  private readonly onKernel = (): void => {
    const kernel = this.kernel();
    if (this.session?.isReady && (!kernel || ends(kernel.status))) {
      if (this.saved) this.stale = findLive(this.saved.run.id);
      this.unfollow();
      this.abandon();
    }
    if (this.askable !== !!kernel) {
      this.askable = !!kernel;
      this.draw();
    }
  };

  /** The view says whether the kernel can be asked when it is drawn. */
  private draw(): void {
    if (!this.view || !this.saved) return;
    if (this.live) {
      const { comparison, seq } = this.live.current();
      this.view.show(comparison, seq);
    } else {
      this.view.show(this.orphan ? orphaned(this.saved, this.unheard) : this.saved);
    }
  }

  /** Show what there is to show now. */
  private settle(): void {
    const run = this.saved?.run;
    const live = run?.status === 'running' ? findLive(run.id) : undefined;
    if (live && live === this.live) return;
    this.unfollow();
    if (!this.saved) return;
    this.view ??= this.mounted();
    if (live && live !== this.stale) {
      this.orphan = false;
      this.live = live;
      this.leave = follow(live, this.view);
      this.prepare();
    } else {
      this.draw();
    }
  }

  /** So that the first *Stop* is heard without delay. Why it cannot be is told to whoever asks. */
  private prepare(): void {
    const kernel = this.kernel();
    if (this.live && kernel) portOf(kernel).open().catch(() => undefined);
  }

  /** Nothing that was shown live is taken back when the document is older. */
  private unfollow(): void {
    if (this.live && this.saved?.run.status === 'running') this.saved = this.live.current().comparison;
    this.leave?.();
    this.leave = null;
    this.live = null;
  }

  private mounted(): View {
    this.root.textContent = '';
    const { typeset } = this.surroundings;
    const host: Host = {
      ask: (question) => this.patience.while(this.ask(question)),
      unavailable: () => (this.kernel() ? null : NO_KERNEL),
      keep: (comparison) => {
        this.keep(comparison);
      },
      ...(typeset && { typeset }),
    };
    return mount(this.root, host, TOOLS);
  }

  private kernel(): Kernel.IKernelConnection | null {
    const kernel = this.session?.session?.kernel;
    return kernel && kernel.status !== 'dead' ? kernel : null;
  }

  private async ask(question: Ask): Promise<Reply> {
    const kernel = this.kernel();
    if (!kernel) throw new Error('This needs a running kernel: choose one for this notebook, then try again.');
    const reply = await portOf(kernel).ask(question);
    if (reply.ok && reply.answer === 'voted') this.live?.voted(reply);
    return reply;
  }

  /** Write votes back into the notebook's output. A live one is replaced by the kernel, which has them too. */
  private keep(comparison: Comparison): void {
    if (!this.model || comparison.run.status === 'running') return;
    this.saved = comparison;
    this.keeping = true;
    this.model.setData({ data: { ...this.model.data, [COMPARISON_MIME]: { ...comparison } as never } });
    this.keeping = false;
  }
}
