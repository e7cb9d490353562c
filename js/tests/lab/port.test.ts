import { describe, expect, it, vi } from 'vitest';
import { NOT_LOADED, Port, portOf } from '../../src/lab/port';
import type { FromPage, Reply } from '../../src/messages';
import { LabKernel } from './support';

const STOP = { kind: 'stop', run: '0'.repeat(32), model: null } as const;
const stopped = ({ id }: FromPage): Reply => ({ kind: 'reply', id, ok: true, answer: 'stopped' });

const portTo = (kernel: LabKernel): Port => new Port(kernel as never);

describe('the way to a kernel', () => {
  it('opens one comm, with the first question', async () => {
    const kernel = new LabKernel(stopped);
    const port = portTo(kernel);
    expect(kernel.opened).toBe(0);
    await Promise.all([port.ask(STOP), port.ask(STOP)]);
    expect(kernel.opened).toBe(1);
    expect(new Set(kernel.heard.map(({ id }) => id)).size).toBe(2);
  });

  it('is one for each kernel', () => {
    const kernel = new LabKernel() as never;
    expect(portOf(kernel)).toBe(portOf(kernel));
    expect(portOf(new LabKernel() as never)).not.toBe(portOf(kernel));
  });

  it('sends nothing before the subshell has started, which a busy cell would hold up', async () => {
    const kernel = new LabKernel(stopped, { subshells: true });
    const asked = portTo(kernel).ask(STOP);
    await new Promise((later) => setTimeout(later));
    expect(kernel.opened).toBe(0);
    kernel.startSubshell();
    await expect(asked).resolves.toMatchObject({ answer: 'stopped' });
  });

  it('says what to do when the kernel has not loaded routebook, and tries again with the next question', async () => {
    let loaded = false;
    const kernel = new LabKernel((message) => (loaded ? stopped(message) : 'not loaded'));
    const port = portTo(kernel);
    await expect(port.ask(STOP)).rejects.toThrow(NOT_LOADED);
    loaded = true;
    await expect(port.ask(STOP)).resolves.toMatchObject({ ok: true });
    expect(kernel.opened).toBe(2);
  });

  it('leaves no question waiting when the kernel restarts, and opens a new comm afterwards', async () => {
    const kernel = new LabKernel();
    const port = portTo(kernel);
    const asked = port.ask(STOP);
    await vi.waitUntil(() => kernel.heard.length === 1);
    kernel.become('restarting');
    await expect(asked).rejects.toThrow('was restarted');
    void port.ask(STOP);
    await vi.waitUntil(() => kernel.opened === 2);
  });
});
