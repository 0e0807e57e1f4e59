#!/usr/bin/env bash
# Brings what a Headlight build needs and the system does not carry, into one private cache folder; the system's own
# files stay as they are, except for Debian packages, which are named before they are installed.
#
#   web/toolchain.sh imgui        Dear ImGui's sources
#   web/toolchain.sh emscripten   the compiler to WebAssembly (an emcc >= 3.1.60 on PATH is used as it is)
#   web/toolchain.sh fonts        Inter and JetBrains Mono, cut down to the glyphs that the program shows
#   web/toolchain.sh all          all of these
#   web/toolchain.sh debian WHY PACKAGE...   Debian packages, when they are missing
#   web/toolchain.sh env          prints KEY='VALUE' lines to eval: HEADLIGHT_CACHE, HEADLIGHT_EM_BIN, IMGUI_SOURCE_DIR,
#                                 HEADLIGHT_FONT_DIR (empty when not there yet)
#
# HEADLIGHT_CACHE moves the folder (default: headlight in the user's cache folder). IMGUI_SOURCE_DIR names sources of
# Dear ImGui that are already there.
set -euo pipefail

cache=${HEADLIGHT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/headlight}
root=$(cd "$(dirname "$0")/.." && pwd)
emscripten_version=3.1.69
emscripten_least=3.1.60
imgui_version=1.90.1
debian_suite=trixie # Debian 13: the newest emscripten that clang-19 of Debian 12 can run
em_dir=$cache/emscripten-$emscripten_version
imgui_dir=${IMGUI_SOURCE_DIR:-$cache/imgui-$imgui_version}
font_dir=$cache/fonts-4

say() { printf 'toolchain: %s\n' "$*" >&2; }
fail() {
    say "$*"
    exit 1
}

# Whether a Debian package is there, or the program that it would bring has come some other way.
have() {
    case $1 in
    nodejs) command -v node >/dev/null ;;
    ninja-build) command -v ninja >/dev/null ;;
    npm | cmake | ccache | chromium | xdotool) command -v "$1" >/dev/null ;;
    *) dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed' ;;
    esac
}

# need WHY PACKAGE...: installs the Debian packages that are missing.
need() {
    local why=$1 missing=() package
    shift
    command -v dpkg-query >/dev/null || return 0 # no Debian: the build itself will say what it lacks
    for package in "$@"; do
        have "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    [ "$(id -u)" = 0 ] || fail "$why needs Debian packages; as root: apt-get install ${missing[*]}"
    say "installing ${missing[*]} ($why)"
    local try
    for try in 1 2 3; do
        DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -y --no-install-recommends \
            "${missing[@]}" >"$cache/apt.log" 2>&1 && return
        apt-get -o DPkg::Lock::Timeout=600 update >>"$cache/apt.log" 2>&1 || sleep $((try * 5))
    done
    tail -5 "$cache/apt.log" >&2
    fail "apt-get could not install ${missing[*]}"
}

# apt with one more suite, on the mirror and keyring that the machine uses already, and lists of its own.
newer_apt() {
    local dir=$cache/apt uri
    if [ ! -f "$dir/ready" ]; then
        mkdir -p "$dir/parts" "$dir/lists/partial"
        apt-get indextargets >/dev/null 2>&1 || true
        uri=$(apt-get indextargets --format '$(SITE)|$(ORIGIN)|$(LABEL)|$(CREATED_BY)' |
            awk -F'|' '$2 == "Debian" && $3 == "Debian" && $4 == "Packages" { print $1; exit }')
        if [ -z "$uri" ]; then # no lists yet, as in a fresh container
            [ "$(id -u)" = 0 ] && apt-get -o DPkg::Lock::Timeout=600 -qq update
            uri=$(apt-get indextargets --format '$(SITE)|$(ORIGIN)|$(LABEL)|$(CREATED_BY)' |
                awk -F'|' '$2 == "Debian" && $3 == "Debian" && $4 == "Packages" { print $1; exit }')
        fi
        [ -n "$uri" ] || fail "no Debian archive among the apt sources: put emcc on PATH and set IMGUI_SOURCE_DIR"
        printf '%s\n' 'Types: deb deb-src' "URIs: $uri" "Suites: $debian_suite" 'Components: main' \
            'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg' >"$dir/parts/newer.sources"
    fi
    local options=(-o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$dir/parts"
        -o "Dir::State::lists=$dir/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
        -o APT::Sandbox::User="$(id -un)")
    if [ ! -f "$dir/ready" ]; then
        apt-get "${options[@]}" -qq update
        touch "$dir/ready"
    fi
    apt-get "${options[@]}" -qq "$@"
}

get_imgui() {
    [ -f "$imgui_dir/imgui.cpp" ] && return
    say "fetching Dear ImGui $imgui_version (draws the program; sources, about 1.5 MB) into $imgui_dir"
    need 'unpacking source packages' dpkg-dev xz-utils
    local parts=$cache/parts-imgui
    rm -rf "$parts" && mkdir -p "$parts"
    (cd "$parts" && newer_apt source --download-only imgui && dpkg-source --no-check -x imgui_*.dsc imgui >/dev/null)
    [ -f "$parts/imgui/imgui.cpp" ] || fail 'the imgui source package came without imgui.cpp'
    rm -rf "$imgui_dir" && mv "$parts/imgui" "$imgui_dir" && rm -rf "$parts"
}

# The folder of an emcc that is new enough; nothing when there is none.
find_emscripten() {
    local found version
    if found=$(command -v emcc); then
        version=$("$found" -dumpversion 2>/dev/null || echo 0)
        if [ "$(printf '%s\n' "$emscripten_least" "$version" | sort -V | head -1)" = "$emscripten_least" ]; then
            dirname "$found"
            return
        fi
    fi
    [ -x "$em_dir/bin/emcc" ] && printf '%s\n' "$em_dir/bin"
    return 0
}

get_emscripten() {
    [ -n "$(find_emscripten)" ] && return
    say "no emcc >= $emscripten_least on PATH: putting Emscripten $emscripten_version into $em_dir (about 400 MB)"
    need 'Emscripten runs on LLVM 19 and node' clang-19 lld-19 llvm-19 nodejs node-acorn python3 dpkg-dev
    local parts=$em_dir.part share loader tool name
    rm -rf "$parts" "$em_dir" && mkdir -p "$parts/debs" "$parts/bin" "$parts/binaryen/bin"
    (cd "$parts/debs" && newer_apt download emscripten binaryen libc6 libstdc++6 libgcc-s1)
    dpkg -x "$parts"/debs/emscripten_*.deb "$parts"
    for name in binaryen libc6 libstdc++6 libgcc-s1; do
        dpkg -x "$parts"/debs/"${name}"_*.deb "$parts/binaryen/root"
    done
    rm -rf "$parts/debs" "$parts"/usr/share/emscripten/{docs,test}
    # Binaryen wants a newer libc than Debian 12's, so it runs under the loader that came with it.
    loader=$em_dir/binaryen/root/usr/lib/$(uname -m)-linux-gnu
    for tool in "$parts"/binaryen/root/usr/bin/*; do
        name=${tool##*/}
        printf '#!/bin/sh\nexec "%s" --library-path "%s" "%s" "$@"\n' "$loader"/ld-linux-*.so.* "$loader" \
            "$em_dir/binaryen/root/usr/bin/$name" >"$parts/binaryen/bin/$name"
        chmod +x "$parts/binaryen/bin/$name"
    done
    share=$em_dir/usr/share/emscripten
    printf '%s\n' "LLVM_ROOT = '/usr/bin'" "LLVM_ADD_VERSION = '19'" "CLANG_ADD_VERSION = '19'" \
        "BINARYEN_ROOT = '$em_dir/binaryen'" "NODE_JS = '$(command -v node)'" 'FROZEN_CACHE = True' \
        >"$parts/usr/share/emscripten/.emscripten"
    mkdir -p "$parts/usr/share/emscripten/node_modules"
    ln -sfn /usr/share/nodejs/acorn "$parts/usr/share/emscripten/node_modules/acorn"
    for tool in emcc em++ emar emranlib emcmake emconfigure emmake emnm embuilder em-config; do
        printf '#!/bin/sh\nexec "%s" "$@"\n' "$share/$tool" >"$parts/bin/$tool"
        chmod +x "$parts/bin/$tool"
    done
    mv "$parts" "$em_dir"
    sed -i "s|\"[^\"]*ld-linux-\*.so.\*\"|\"$(echo "$loader"/ld-linux-*.so.*)\"|" "$em_dir"/binaryen/bin/*
    "$em_dir/bin/emcc" -dumpversion >/dev/null || fail "the new emcc in $em_dir does not run"
}

# What the program shows: Latin with Turkish, punctuation, super- and subscripts, arrows, maths, box drawing, marks.
font_glyphs=U+0020-017F,U+0192,U+018F,U+0259,U+02B0,U+02C6-02DD,U+0300-0304,U+0391-03C9,U+1D62-1D6A,U+2010-2027
font_glyphs+=,U+202F-203A,U+2044,U+2070-208E,U+2090-209C,U+20A0-20BF,U+2113,U+2122,U+2126,U+2150-215F,U+2190-2199
font_glyphs+=,U+21A6,U+21B5,U+21BA,U+21BB,U+21D0-21D5,U+2200-2265,U+2297,U+2299,U+22A4-22A5,U+22C5,U+22EE-22F1
font_glyphs+=,U+2318,U+2325,U+23CE,U+2423,U+2500-257F,U+2580-2593,U+25A0-25FF,U+2605-2606,U+2713-2717,U+2C7C

get_fonts() {
    [ -f "$font_dir/mono.ttf" ] && return
    say "fetching Inter and JetBrains Mono (the program's type faces) from npm into $font_dir"
    need 'cutting fonts down to the glyphs in use' fonttools fonts-dejavu-core
    need 'the fonts come from npm' nodejs npm ca-certificates
    local parts=$cache/parts-fonts modules
    rm -rf "$parts" && mkdir -p "$parts/out"
    npm_packages fonts "$parts"
    modules=$parts/node_modules/@expo-google-fonts
    subset "$modules/inter/400Regular/Inter_400Regular.ttf" "$parts/out/ui.ttf"
    subset "$modules/inter/600SemiBold/Inter_600SemiBold.ttf" "$parts/out/ui-semibold.ttf"
    subset "$modules/jetbrains-mono/400Regular/JetBrainsMono_400Regular.ttf" "$parts/out/mono.ttf"
    # Signs that neither has: superscript T, nabla, circled dot, sun and moon. The program merges them into both.
    font_glyphs=U+1D40,U+207B,U+2207,U+2208,U+22A4,U+22C5,U+2218,U+2297,U+2299,U+23CE,U+2423,U+232B,U+2500-257F
    font_glyphs+=,U+2580-258F,U+25D0,U+2600,U+263E,U+2713-2717,U+27E8,U+27E9,U+21A9,U+21B5,U+21BA,U+21BB,U+21E7
    subset /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf "$parts/out/symbols.ttf"
    rm -rf "$font_dir" && mv "$parts/out" "$font_dir" && rm -rf "$parts"
}

# npm_packages LIST DIR: the pinned packages of web/LIST/package.json, into DIR/node_modules.
npm_packages() {
    cp "$root/web/$1/package.json" "$root/web/$1/package-lock.json" "$2/"
    (cd "$2" && npm ci --ignore-scripts --no-audit --no-fund --silent)
}

subset() {
    # The canvas reads outlines and advances only; layout tables would be dead weight there.
    pyftsubset "$1" --output-file="$2" --unicodes="$font_glyphs" --no-hinting --layout-features='kern' \
        --drop-tables+=GPOS,GSUB,GDEF,STAT,DSIG
}

case ${1:-all} in
debian) shift && mkdir -p "$cache" && need "$@" ;;
imgui | emscripten | fonts) mkdir -p "$cache" && "get_$1" ;;
all)
    mkdir -p "$cache"
    get_imgui
    get_emscripten
    get_fonts
    ;;
env) ;;
*) fail "unknown part '$1': imgui, emscripten, fonts, debian, all or env" ;;
esac

if [ "${1:-}" = env ]; then
    shown() { [ -e "$2/$3" ] && printf "%s='%s'\n" "$1" "$2" || printf "%s=''\n" "$1"; }
    printf "HEADLIGHT_CACHE='%s'\n" "$cache"
    printf "HEADLIGHT_EM_BIN='%s'\n" "$(find_emscripten)"
    shown IMGUI_SOURCE_DIR "$imgui_dir" imgui.cpp
    shown HEADLIGHT_FONT_DIR "$font_dir" mono.ttf
fi
