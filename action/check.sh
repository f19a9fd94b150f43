#!/usr/bin/env bash
# Runs the check once and writes every output of the action from that one run.
# Inputs come as environment variables and are never pasted into a command.
set -uo pipefail

sarif=${WB_SARIF:-}; [ -n "$sarif" ] || sarif="$RUNNER_TEMP/weighbridge.sarif"
json=${WB_JSON:-};   [ -n "$json" ]  || json="$RUNNER_TEMP/weighbridge.json"
paths=()
while IFS= read -r path; do
  [ -n "$path" ] && paths+=("$path")
done <<<"${WB_PATHS:-.}"

cd "$WB_DIRECTORY" || exit 2
"$RUNNER_TEMP/weighbridge/bin/weighbridge" check \
  --fail-on "$WB_FAIL_ON" --output "sarif=$sarif" --output "json=$json" -- "${paths[@]}"
code=$?

case $code in 0) conclusion=pass ;; 1) conclusion=fail ;; *) conclusion=error ;; esac
delimiter="weighbridge-$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')"
{
  printf 'exit-code=%s\n' "$code"
  printf 'conclusion=%s\n' "$conclusion"
  printf 'sarif-file<<%s\n%s\n%s\n' "$delimiter" "$sarif" "$delimiter"
  printf 'json-file<<%s\n%s\n%s\n' "$delimiter" "$json" "$delimiter"
} >>"$GITHUB_OUTPUT"
exit "$code"
