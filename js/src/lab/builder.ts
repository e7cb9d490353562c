// The output of a policy builder in JupyterLab: its widget where the page has it, and else what was saved with it, since
// a widget without its kernel would only say that it was not found.

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Panel, type Widget } from '@lumino/widgets';
import { BUILDER_MIME, BUILDERS, type LiveBuilder } from '../builder/messages';
import { registry } from '../registry';

/** How long a widget may take to appear in a page that has just been opened. */
const APPEARS_WITHIN_MS = 4000;

const builders = registry<LiveBuilder>(BUILDERS);

export class BuilderOutput extends Panel implements IRenderMime.IRenderer {
  private readonly unwatch: () => void;
  private builder: string | null = null;
  private leave: (() => void) | null = null;
  private timer = 0;
  private saved: Widget | null = null;

  /** `asHtml` shows the HTML of an output as JupyterLab does, by its rules of trust. */
  constructor(private readonly asHtml: (model: IRenderMime.IMimeModel) => Widget) {
    super();
    this.addClass('rbv-output');
    this.unwatch = builders.watch(() => {
      this.settle();
    });
  }

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.forget();
    const data = model.data[BUILDER_MIME] as { id?: unknown } | null;
    this.builder = typeof data?.id === 'string' ? data.id : null;
    if (!this.settle()) {
      this.timer = window.setTimeout(() => {
        if (this.leave) return;
        this.saved = this.asHtml(model);
        this.addWidget(this.saved);
      }, APPEARS_WITHIN_MS);
    }
    return Promise.resolve();
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.forget();
    this.unwatch();
    super.dispose();
  }

  /** Show the builder if it lives here. One whose kernel has ended since stays as it was, and says so. */
  private settle(): boolean {
    const live = this.builder === null ? undefined : builders.find(this.builder);
    if (live && !this.leave) {
      this.saved?.dispose();
      const place = document.createElement('div');
      this.node.append(place);
      const away = live.show(place);
      this.leave = () => {
        away();
        place.remove();
      };
    }
    return this.leave !== null;
  }

  private forget(): void {
    clearTimeout(this.timer);
    this.leave?.();
    this.leave = null;
    this.saved?.dispose();
    this.saved = null;
  }
}
