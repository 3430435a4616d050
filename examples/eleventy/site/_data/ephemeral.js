/** Where the audio server is, and which of its works the front page is about. */
export default {
  url: (process.env.EPHEMERAL_URL ?? 'http://localhost:3000').replace(/\/$/, ''),
  track: process.env.EPHEMERAL_TRACK ?? 'first-light.wav',
};
