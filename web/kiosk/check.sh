#!/usr/bin/env bash
# The kiosk page: types, unit tests, that dist/ is what the source builds, and the end-to-end tests in
# Chromium against a real jobmatchd. Does nothing where there is no Node.
set -euo pipefail
cd "$(dirname "$0")"

if ! command -v npm > /dev/null; then
  echo 'no Node: the kiosk page is not checked'
  exit 0
fi
if ! npm ci --ignore-scripts --no-audit --no-fund --silent; then
  echo 'its packages cannot be fetched: the kiosk page is not checked'
  exit 0
fi
npm run --silent check

export CHROMIUM=${CHROMIUM:-$(command -v chromium || true)}
if [ -z "$CHROMIUM" ] && [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
  (apt-get update && apt-get install -y --no-install-recommends chromium fonts-noto-cjk) > /dev/null 2>&1 || true
  CHROMIUM=$(command -v chromium || true)
fi
if [ -z "$CHROMIUM" ]; then
  echo 'no Chromium: the kiosk page is not tried in a browser'
  exit 0
fi

folder=$(mktemp -d)
trap 'kill "$server" 2> /dev/null || true; rm -rf "$folder"' EXIT
JOBMATCH_DATA_DIR=$folder JOBMATCH_LISTEN=127.0.0.1:0 JOBMATCH_ADMIN_LISTEN=127.0.0.1:0 JOBMATCH_LOG=warn \
  JOBMATCH_KIOSK_LATITUDE=36.67 JOBMATCH_KIOSK_LONGITUDE=117.02 \
  "${JOBMATCHD:-../../target/debug/jobmatchd}" > "$folder/said" &
server=$!
for _ in $(seq 100); do
  grep -q listening "$folder/said" && break
  sleep 0.2
done
address=$(awk '/listening on/ { print $4 }' "$folder/said")
export KIOSK_URL=http://$address
"${JOBMATCH:-../../target/debug/jobmatch}" --server "$KIOSK_URL" stations load ../../services/server/sample/stations.jsonl
npm run --silent load
# A browser on a busy machine may be slow once.
npm run --silent e2e || npm run --silent e2e
