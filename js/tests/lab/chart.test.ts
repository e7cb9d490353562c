import { describe, expect, it, vi } from 'vitest';
import { drawChart, type Drawing } from '../../src/lab/chart';

const BARS = {
  $schema: 'https://vega.github.io/schema/vega-lite/v6.1.0.json',
  data: { values: [{ model: 'small', usd: 1 }, { model: 'large', usd: 3 }] },
  mark: 'bar',
  encoding: { x: { field: 'usd', type: 'quantitative' }, y: { field: 'model' } },
};

async function drawn(spec: unknown, more: Partial<Drawing> = {}): Promise<HTMLElement> {
  const place = document.createElement('div');
  document.body.append(place);
  await drawChart(place, { spec, options: undefined, trusted: true, dark: false, ...more });
  return place;
}

const said = (place: HTMLElement): string => place.querySelector('.rbv-shell-line')?.textContent ?? '';

describe('a chart', () => {
  it('is drawn, and says nothing', async () => {
    const place = await drawn(BARS);
    expect(place.querySelectorAll('svg .mark-rect path')).toHaveLength(2);
    expect(said(place)).toBe('');
  });

  it('can be saved and its source seen, and goes to no editor', async () => {
    const place = await drawn(BARS);
    const links = [...place.querySelectorAll<HTMLAnchorElement>('.vega-actions a')];
    expect(links.map(({ textContent }) => textContent)).toEqual(['Save as SVG', 'Save as PNG', 'View Source']);
    links[2]?.click();
    expect(JSON.parse(place.querySelector('pre')?.textContent ?? '')).toEqual(BARS);
    links[2]?.click();
    expect(place.querySelector('pre')).toBeNull();
  });

  it('shows its source as text, whatever is in it', async () => {
    const place = await drawn({ ...BARS, title: '</code></pre><img src=x onerror=alert(1)>' });
    [...place.querySelectorAll<HTMLAnchorElement>('.vega-actions a')].at(-1)?.click();
    expect(place.querySelector('img')).toBeNull();
  });

  it.each([
    ['no object', 'bars'],
    ['no chart', { mark: 'nonsense' }],
    ['an expression that is none', { ...BARS, transform: [{ filter: 'datum.usd >' }] }],
  ])('that is %s becomes one readable line', async (_, spec) => {
    const place = await drawn(spec);
    expect(said(place)).toMatch(/^This chart cannot be drawn: .+\.$/);
    expect(place.textContent).toBe(said(place));
  });

  it('is dark in a dark page when it does not say how it should look', async () => {
    expect((await drawn(BARS, { dark: true })).innerHTML).toContain('rgb(51, 51, 51)');
    expect((await drawn({ ...BARS, background: 'white' }, { dark: true })).innerHTML).not.toContain('rgb(51, 51, 51)');
  });

  it('fetches data when the output is trusted, from the web only', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response('[{"model":"a","usd":1}]'));
    await drawn({ ...BARS, data: { url: 'https://example.org/a.json' } });
    expect(fetched.mock.calls[0]?.[0]).toBe('https://example.org/a.json');
    const place = await drawn({ ...BARS, data: { url: 'file:///etc/passwd', format: { type: 'csv' } } });
    expect(fetched).toHaveBeenCalledOnce();
    expect(said(place)).toContain('file:///etc/passwd is no http(s) address');
  });
});
