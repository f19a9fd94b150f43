#!/usr/bin/env bash
# Runs the check once and writes every output of the action from that one run.
# Inputs come as environment variables and are never pasted into a command.
set -uo pipefail

# A file that is named relative is one of the workspace, whatever folder is checked.
from_workspace() {
  case $1 in
    /* | [A-Za-z]:*) printf '%s' "$1" ;;
    *) printf '%s/%s' "$PWD" "$1" ;;
  esac
}

sarif=$(from_workspace "${WB_SARIF:-$RUNNER_TEMP/weighbridge.sarif}")
json=$(from_workspace "${WB_JSON:-$RUNNER_TEMP/weighbridge.json}")

options=("--fail-on=${WB_FAIL_ON:-error}" --output "sarif=$sarif" --output "json=$json")
[ -z "${WB_CONFIG:-}" ] || options+=("--config=$(from_workspace "$WB_CONFIG")")
[ -z "${WB_POLICY_FROM:-}" ] || options+=("--policy-from=$(from_workspace "$WB_POLICY_FROM")")
[ "${WB_SUMMARY:-true}" = true ] || unset GITHUB_STEP_SUMMARY

code=
# The base of the pull request, unless another one is given.
base=${WB_BASE:-${GITHUB_BASE_REF:+origin/$GITHUB_BASE_REF}}
annotations=${WB_ANNOTATIONS:-all}
[ -z "$base" ] || options+=("--base=$base")
case $annotations in
  all | none) ;;
  changed)
    if [ -z "$base" ]; then
      echo "weighbridge: there is no base to compare with, so every finding can be annotated"
      annotations=all
    fi
    ;;
  *) echo "::error::weighbridge: the input annotations is all, changed or none" && code=2 ;;
esac
options+=("--annotations=$annotations")

paths=()
while IFS= read -r path; do
  [ -n "$path" ] && paths+=("$path")
done <<<"${WB_PATHS:-}"
[ ${#paths[@]} -gt 0 ] || paths=(.)

# What an earlier run left must not pass for the result of this one.
rm -f -- "$sarif" "$json"
mkdir -p -- "$(dirname -- "$sarif")" "$(dirname -- "$json")"
if [ -n "$code" ]; then
  :
elif cd -- "${WB_DIRECTORY:-.}"; then
  "$RUNNER_TEMP/weighbridge/bin/weighbridge" check "${options[@]}" -- "${paths[@]}"
  code=$?
else
  code=2
fi

case $code in 0) conclusion=pass ;; 1) conclusion=fail ;; *) conclusion=error ;; esac
[ -f "$sarif" ] || sarif=
[ -f "$json" ] || json=
# The summary stands before anything that a document says.
count() {
  [ -z "$json" ] || sed -n '/^  "findings"/q; s/^    "'"$1"'": \([0-9]*\),*$/\1/p' "$json"
}
delimiter="weighbridge-$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')"
{
  printf 'exit-code=%s\n' "$code"
  printf 'conclusion=%s\n' "$conclusion"
  for name in errors warnings notes waived; do printf '%s=%s\n' "$name" "$(count "$name")"; done
  printf 'sarif-file<<%s\n%s\n%s\n' "$delimiter" "$sarif" "$delimiter"
  printf 'json-file<<%s\n%s\n%s\n' "$delimiter" "$json" "$delimiter"
} >>"$GITHUB_OUTPUT" || exit 2
