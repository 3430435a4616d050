import ephemeral from './site/_data/ephemeral.js';

export default function configure(eleventy) {
  eleventy.addPassthroughCopy('site/decay.js');
  eleventy.addPassthroughCopy('site/style.css');
  eleventy.addShortcode('work', work);
}

export const config = { dir: { input: 'site', output: '_site' } };

/** `{% work "first-light.wav" %}`: a player, and how much of the work is gone. */
function work(filename) {
  const name = encodeURIComponent(filename);
  return `<figure data-stats="${ephemeral.url}/stats/${name}">
  <figcaption data-title>${escapeText(filename)}</figcaption>
  <audio controls preload="none" src="${ephemeral.url}/stream/${name}"></audio>
  <p><output data-degradation>–</output> % of it is gone, for everyone, for ever.</p>
</figure>`;
}

function escapeText(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
