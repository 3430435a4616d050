import { type BrowserContext, launch, type Page } from 'puppeteer-core';
import type { Person, Tab, TestBrowser } from './browser.ts';
import { findProgram } from './programs.ts';
import { startSoundSink } from './sound-sink.ts';

/** Firefox with a sound sink of its own: without one it doesn't play in real time. */
export async function startFirefox(): Promise<TestBrowser> {
  const executablePath = findProgram('firefox-esr');
  const sink = await startSoundSink();
  try {
    const browser = await launch({
      browser: 'firefox',
      executablePath,
      headless: true,
      env: { ...process.env, ...sink.env },
      extraPrefsFirefox: {
        'media.autoplay.default': 0,
        // Several people listen in one window, and only one of them can be in front.
        'media.block-autoplay-until-in-foreground': false,
        'dom.min_background_timeout_value': 4,
        'dom.min_background_timeout_value_without_budget_throttling': 4,
        'network.captive-portal-service.enabled': false,
        'network.connectivity-service.enabled': false,
      },
    });
    return {
      invite: async () => person(await browser.createBrowserContext()),
      close: async () => {
        await browser.close();
        await sink.close();
      },
    };
  } catch (error) {
    await sink.close();
    throw error;
  }
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
    evaluate: async <T>(expression: string) => (await page.evaluate(expression)) as T,
    click: (selector) => page.click(selector),
    close: () => page.close(),
  };
}
