import { type BrowserContext, chromium, type Page } from 'playwright-core';
import type { Person, Tab, TestBrowser } from './browser.ts';
import { findProgram } from './programs.ts';

export async function startChromium(): Promise<TestBrowser> {
  const browser = await chromium.launch({
    executablePath: findProgram('chromium'),
    args: [
      '--autoplay-policy=no-user-gesture-required',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  return {
    invite: async () => person(await browser.newContext()),
    close: () => browser.close(),
  };
}

function person(context: BrowserContext): Person {
  return {
    open: async (url) => {
      const page = await context.newPage();
      await page.goto(url);
      return tab(page);
    },
    leave: () => context.close(),
  };
}

function tab(page: Page): Tab {
  return {
    evaluate: (expression) => page.evaluate(expression),
    click: (selector) => page.click(selector),
    close: () => page.close(),
  };
}
