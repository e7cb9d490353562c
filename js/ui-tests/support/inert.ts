// What in a page could do something, or is not where it belongs: for answers shown by the view or by the static HTML.

import type { Locator } from '@playwright/test';

/** Everything in this part of the page that an answer must never bring about. */
export function alive(part: Locator): Promise<string[]> {
  return part.evaluate((root) => {
    const found: string[] = [];
    const tags =
      'script iframe frame object embed applet svg math img picture source video audio track canvas style link meta base form ' +
      'template slot portal marquee frameset body html head title noscript map area isindex keygen';
    // What the host's mathematics draws is the host's; its links are looked at below.
    const drawn = (element: Element): boolean => element.closest('mjx-container') !== null;
    for (const element of root.querySelectorAll(tags.split(' ').join(','))) {
      if (!drawn(element)) found.push(`<${element.localName}>`);
    }
    for (const element of root.querySelectorAll('*')) {
      const inAnswer = element.closest('.rbv-text, .rb-body') !== null && !element.matches('.rbv-text, .rb-body');
      if (element.localName.includes('-') && !drawn(element)) found.push(`<${element.localName}>`);
      for (const { name, value } of element.attributes) {
        if (name.startsWith('on')) found.push(`<${element.localName} ${name}>`);
        if (/^(src|srcset|data|action|formaction|background|poster|ping|xlink:href|is|srcdoc)$/.test(name) && !(name.startsWith('data') && drawn(element)))
          found.push(`<${element.localName} ${name}=${value}>`);
        if (name === 'href' && !/^(https?:\/\/|mailto:)/i.test(value)) found.push(`a link to ${value}`);
        if (/url\(|expression|javascript:/i.test(name === 'style' ? value : '')) found.push(`a style ${value}`);
        if (inAnswer && !drawn(element) && /^(id|name|role|accesskey|contenteditable|autofocus|popovertarget)$/.test(name))
          found.push(`<${element.localName} ${name}=${value}>`);
      }
      if (element instanceof HTMLAnchorElement && !/noopener/.test(element.rel)) found.push('a link without noopener');
      const { position } = getComputedStyle(element);
      if (inAnswer && !drawn(element) && (position === 'fixed' || position === 'absolute')) found.push(`a ${position} <${element.localName}>`);
    }
    if (document.documentElement.scrollWidth > innerWidth + 1) found.push('the page scrolls sideways');
    return [...new Set(found)];
  });
}
