#!/usr/bin/env bash
# Puts the program into $RUNNER_TEMP/weighbridge/bin: a release binary whose checksum is in checksums.txt beside
# this file, else built from the action's own source. The commit of the action decides what runs.
set -euo pipefail

own=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$GITHUB_ACTION_PATH/Cargo.toml" | head -n 1)
version=${WB_VERSION:-$own}
if ! [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]]; then
  echo "::error::weighbridge: the input version has to look like $own"
  exit 2
fi

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) target=x86_64-unknown-linux-musl ;;
  Linux-aarch64) target=aarch64-unknown-linux-musl ;;
  Darwin-x86_64) target=x86_64-apple-darwin ;;
  Darwin-arm64) target=aarch64-apple-darwin ;;
  *) target=other ;;
esac

archive=weighbridge-$version-$target.tar.gz
root=$RUNNER_TEMP/weighbridge
checksum=$(awk -v name="$archive" '$2 == name { print $1 }' "$GITHUB_ACTION_PATH/action/checksums.txt")

if [ -n "$checksum" ]; then
  mkdir -p "$root/bin"
  curl --proto '=https' --tlsv1.2 --fail --silent --show-error --location --retry 3 --output "$root/$archive" \
    "https://github.com/weighbridge/weighbridge/releases/download/v$version/$archive"
  if command -v sha256sum >/dev/null; then sum=(sha256sum); else sum=(shasum -a 256); fi
  printf '%s  %s\n' "$checksum" "$root/$archive" | "${sum[@]}" --check --status || {
    echo "::error::weighbridge: $archive is not the file whose checksum this action holds"
    exit 2
  }
  tar -xzf "$root/$archive" -C "$root/bin" weighbridge
elif [ "$version" = "$own" ]; then
  cargo install --locked --quiet --path "$GITHUB_ACTION_PATH" --root "$root"
else
  echo "::error::weighbridge: this commit of the action holds no checksum of version $version; pin the commit of that version"
  exit 2
fi
