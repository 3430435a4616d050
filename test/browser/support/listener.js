// Runs in a page: the person in front of it. `listener` does what a test says, and knows what was
// heard. `played` of an element is a union, so that what was heard twice is in it once: the
// passes are kept apart here, and the test holds their union against `played`.

const NOTED_EVENTS = [
  'loadstart',
  'loadedmetadata',
  'canplay',
  'canplaythrough',
  'play',
  'playing',
  'waiting',
  'stalled',
  'suspend',
  'seeking',
  'seeked',
  'pause',
  'ended',
  'abort',
  'emptied',
  'error',
];
const CHECK_MS = 20;
const FIRST_SOUND_S = 0.05;
// More may have come between the moment at which the sound stopped and the event that tells it.
const EMPTY_S = 1;

// biome-ignore lint/correctness/noUnusedVariables: pages call it
function listenTo(audio) {
  const events = [];
  const passes = [];
  let passStart;
  let waits = 0;
  let lateness = 0;
  let began;

  const note = (type) => {
    const { buffered, currentTime } = audio;
    const bufferedTo = buffered.length > 0 ? buffered.end(buffered.length - 1) : 0;
    events.push({ at: Date.now(), type, currentTime, bufferedTo });
  };
  const bufferedAhead = () => {
    const { buffered, currentTime } = audio;
    for (let i = 0; i < buffered.length; i++) {
      if (buffered.start(i) <= currentTime && currentTime <= buffered.end(i)) {
        return buffered.end(i) - currentTime;
      }
    }
    return 0;
  };
  // How much later the sound is than it would be had nothing held it up since it began.
  const measureLateness = () => {
    if (began === undefined) return;
    const heard = audio.currentTime - began.position;
    lateness = Math.max(lateness, (performance.now() - began.at) / 1000 - heard);
  };
  const endPass = () => {
    if (passStart === undefined) return;
    measureLateness();
    began = undefined;
    passes.push([passStart, audio.currentTime]);
    passStart = undefined;
  };

  for (const type of NOTED_EVENTS) audio.addEventListener(type, () => note(type));
  audio.addEventListener('play', () => {
    passStart ??= audio.currentTime;
  });
  audio.addEventListener('playing', () => {
    began ??= { at: performance.now(), position: audio.currentTime };
  });
  audio.addEventListener('waiting', () => {
    // Before the first sound, and right after a seek, there is nothing yet that could have stopped.
    // With seconds in its buffer a browser waits for a busy processor, not for the server.
    if (audio.currentTime > passStart + FIRST_SOUND_S && bufferedAhead() < EMPTY_S) waits++;
  });
  audio.addEventListener('pause', () => {
    // It is one pass all the same. Only nothing is late that nobody waits for.
    measureLateness();
    began = undefined;
  });
  audio.addEventListener('seeking', () => {
    if (!audio.loop || passStart === undefined) return;
    passes.push([passStart, audio.duration]);
    passStart = 0;
    began = undefined;
  });
  audio.addEventListener('ended', endPass);

  const until = (isReached) =>
    new Promise((resolve, reject) => {
      const timer = setInterval(() => {
        if (audio.error) reject(new Error(`cannot play: ${audio.error.message}`));
        else if (isReached()) resolve();
        else return;
        clearInterval(timer);
      }, CHECK_MS);
    });
  const heardTo = (seconds) => until(() => audio.currentTime >= seconds);
  const wentRound = (times) => until(() => passes.length >= times);

  window.listener = {
    playTo: async (seconds) => {
      await audio.play();
      await heardTo(seconds);
    },
    playToEnd: async () => {
      await audio.play();
      await until(() => audio.ended);
    },
    pause: () => audio.pause(),
    heardTo,
    wentRound,
    seek: (seconds) => {
      endPass();
      audio.currentTime = seconds;
      passStart = seconds;
    },
    report: () => {
      measureLateness();
      const open = passStart === undefined ? [] : [[passStart, audio.currentTime]];
      const played = Array.from({ length: audio.played.length }, (_, i) => [
        audio.played.start(i),
        audio.played.end(i),
      ]);
      note('report');
      return { passes: [...passes, ...open], played, waits, lateness, events };
    },
  };
}
