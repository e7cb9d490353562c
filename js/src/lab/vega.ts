// Vega-Lite 6 charts in JupyterLab, which knows up to version 5 by itself: ours, and any that Altair 6 makes. Vega is large,
// so that it is loaded with the first chart.

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import type { Drawn } from './chart';

/** The registered name, and the one that Altair 6 uses. */
export const VEGA_LITE_MIMES = ['application/vnd.vegalite.v6+json', 'application/vnd.vegalite.v6.json'];

/** Whether the page is dark now; and who wants to be told when that changes. */
export interface Theme {
  dark: () => boolean;
  /** Returns what ends it. */
  onChange: (listener: () => void) => () => void;
}

export class VegaLiteOutput extends Widget implements IRenderMime.IRenderer {
  private readonly unwatch: () => void;
  private model: IRenderMime.IMimeModel | null = null;
  private drawn: Drawn | null = null;
  /** The latest drawing that was begun; those before it are dropped. */
  private latest = 0;

  constructor(
    private readonly mime: string,
    private readonly theme: Theme,
  ) {
    super();
    this.addClass('rbv-chart');
    this.unwatch = theme.onChange(() => void this.draw());
  }

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.model = model;
    return this.draw();
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.latest += 1;
    this.unwatch();
    this.drawn?.finalize();
    super.dispose();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    if (!this.drawn) void this.draw();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    if (!this.drawn) void this.draw();
  }

  /** Only what is on the page has a width that a chart can take. */
  private async draw(): Promise<void> {
    const { model } = this;
    if (!model || !this.isVisible) return;
    const mine = (this.latest += 1);
    const place = document.createElement('div');
    const { drawChart } = await import('./chart');
    if (mine !== this.latest) return;
    this.drawn?.finalize();
    this.node.replaceChildren(place);
    const drawn = await drawChart(place, {
      spec: model.data[this.mime],
      options: model.metadata[this.mime],
      trusted: model.trusted,
      dark: this.theme.dark(),
    });
    if (mine === this.latest) this.drawn = drawn;
    else drawn.finalize();
  }
}
