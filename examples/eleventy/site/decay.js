// Keeps the figures on the page up to date while somebody, here or elsewhere, listens.

const EVERY_MS = 3000;

async function fetchJson(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.json();
}

async function showWork(figure) {
  const { title, overall_degradation } = await fetchJson(figure.dataset.stats);
  figure.querySelector('[data-title]').textContent = title;
  figure.querySelector('[data-degradation]').textContent = overall_degradation.toFixed(2);
}

async function showTracks(list) {
  const tracks = await fetchJson(list.dataset.tracks);
  const items = tracks.map(({ title, duration, overall_degradation }) => {
    const item = document.createElement('li');
    const left = (100 - overall_degradation).toFixed(2);
    item.textContent = `${title}, ${Math.round(duration)} s: ${left} %`;
    return item;
  });
  list.replaceChildren(...items);
}

async function refresh() {
  const works = [...document.querySelectorAll('[data-stats]')].map(showWork);
  const lists = [...document.querySelectorAll('[data-tracks]')].map(showTracks);
  // A server that can't be reached at the moment leaves the last figures standing.
  await Promise.allSettled([...works, ...lists]);
  setTimeout(refresh, EVERY_MS);
}

refresh();
