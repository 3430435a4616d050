// railway config apply --file deploy/railway.ts
// See README.md beside this file.
import { defineRailway, github, project, service, volume } from 'railway/iac';

export default defineRailway(() => {
  const data = volume('ephemeral-audio-data', { sizeMB: 5000 });

  const server = service('ephemeral-audio', {
    // Your copy of this repository.
    source: github('OWNER/REPOSITORY'),
    build: { builder: 'DOCKERFILE', dockerfilePath: 'deploy/Dockerfile' },
    healthcheck: '/healthz',
    healthcheckTimeout: 120,
    replicas: 1,
    deploy: {
      requiredMountPath: '/data',
      restartPolicyType: 'ALWAYS',
      overlapSeconds: 0,
      drainingSeconds: 15,
      sleepApplication: false,
    },
    env: {
      TRUST_PROXY: '1',
    },
    volumeMounts: { '/data': data },
  });

  return project('ephemeral-audio', { resources: [server, data] });
});
