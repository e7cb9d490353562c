// A builder in a page, whose kernel only remembers what it was asked: what it answers is for the test to say.

import { h, render } from 'preact';
import { act } from 'preact/test-utils';
import { Builder } from '../../src/builder/app';
import type { Ask, Edit, Now, Reply, Setting } from '../../src/builder/messages';
import type { Source } from '../../src/builder/source';
import edited from '../../../tests/fixtures/builder/edited.json';
import messages from '../../../tests/fixtures/builder/messages.json';
import open from '../../../tests/fixtures/builder/open.json';
import unpriced from '../../../tests/fixtures/builder/unpriced.json';

export interface Given {
  setting: Setting;
  now: Now;
}
export const OPEN = open as Given;
export const EDITED = edited as Given;
export const UNPRICED = unpriced as Given;
export const MESSAGES = messages as { asks: (Ask & { id: string })[]; replies: Reply[] };

const HEARD: Reply = { kind: 'reply', id: '', ok: true, answer: 'heard' };

export class Stage implements Source {
  readonly id = 'builder';
  readonly asked: Ask[] = [];
  /** What the kernel answers; by default that it was heard. */
  answers: (question: Ask) => Reply | Promise<Reply> = () => HEARD;
  private state: Now;
  private readonly listeners = new Set<() => void>();
  readonly page = document.body.appendChild(document.createElement('div'));
  readonly setting: Setting;
  private there: boolean | null;

  constructor(given: Given = OPEN, there: boolean | null = true) {
    this.setting = given.setting;
    this.state = given.now;
    this.there = there;
    void act(() => { render(h(Builder, { source: this }), this.page); });
  }

  now = (): Now => this.state;
  alive = (): boolean | null => this.there;

  ask(question: Ask): Promise<Reply> {
    this.asked.push(question);
    return Promise.resolve(this.answers(question));
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    void act(() => { render(null, this.page); });
    this.page.remove();
  }

  /** As when the kernel sets what stands. */
  stands(now: Partial<Now>): void {
    this.state = { ...this.state, ...now };
    this.tell();
  }

  leaves(): void {
    this.there = false;
    this.tell();
  }

  private tell(): void {
    void act(() => {
      for (const listener of this.listeners) listener();
    });
  }

  get edits(): Edit[] {
    return this.asked.flatMap((one) => (one.kind === 'edit' ? [one.edit] : []));
  }

  get slider(): HTMLInputElement {
    const found = this.page.querySelector<HTMLInputElement>('input[type=range]');
    if (!found) throw new Error('no slider');
    return found;
  }

  get text(): string {
    return this.page.textContent;
  }

  async slide(to: number): Promise<void> {
    this.slider.value = String(to);
    await act(() => { this.slider.dispatchEvent(new Event('input', { bubbles: true })); });
  }

  async press(label: string): Promise<void> {
    const button = [...this.page.querySelectorAll('button')].find((one) => (one.getAttribute('aria-label') ?? one.textContent) === label);
    if (!button) throw new Error(`no button ${label}`);
    await act(async () => {
      button.click();
      await Promise.resolve();
    });
  }

  async choose(label: string, value: string): Promise<void> {
    const select = this.page.querySelector<HTMLSelectElement>(`select[aria-label="${label}"]`);
    if (!select) throw new Error(`no select ${label}`);
    select.value = value;
    await act(async () => {
      select.dispatchEvent(new Event('change', { bubbles: true }));
      await Promise.resolve();
    });
  }

  rows(): string[] {
    return [...this.page.querySelectorAll('.rbp-rules tbody tr')].map((one) => one.textContent);
  }
}
