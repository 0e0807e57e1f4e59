# The stages of tests/run (sourced by it). Each prints its output and calls `count GOOD BAD`; ending in an error fails it.

count() { echo "$1 $2" >"$result"; }

# Runs a program that prints "ok N name" and "not ok N name" lines, and counts them.
run_listed() {
    local out=$1 status=0
    shift
    "$@" | tee "$out" || status=$?
    count "$(grep -c '^ok ' "$out" || true)" "$(grep -c '^not ok ' "$out" || true)"
    return $status
}

wants() { [[ " ${stages[*]} " == *" $1 "* ]]; }

setup() {
    local packages=(cmake ninja-build g++ ccache pkg-config nlohmann-json3-dev libeigen3-dev libstb-dev libcli11-dev libgtest-dev
        googletest libglfw3-dev libgl-dev libcurl4-openssl-dev nodejs npm ca-certificates)
    wants format && packages+=(clang-format-19)
    { wants tidy || wants fuzz; } && packages+=(clang-19 clang-tidy-19 libclang-rt-19-dev)
    wants e2e && packages+=(chromium)
    wants desktop && packages+=(xvfb xdotool imagemagick x11-utils libgl1-mesa-dri)
    web/toolchain.sh debian 'the tests' "${packages[@]}" || return
    web/toolchain.sh imgui && web/toolchain.sh fonts || return
    { wants wasm || wants site || wants e2e || wants hash; } && { web/toolchain.sh emscripten || return; }
    eval "$(web/toolchain.sh env)"
    mkdir -p build/fonts && cp "$HEADLIGHT_FONT_DIR"/*.ttf build/fonts/
    export IMGUI_SOURCE_DIR HEADLIGHT_GPT2_TOKENIZER_DIR=$HEADLIGHT_CACHE/gpt2-tokenizer
    tests/text/fetch_gpt2_merges.sh "$HEADLIGHT_GPT2_TOKENIZER_DIR" || return
    [ -n "$HEADLIGHT_EM_BIN" ] && export PATH="$HEADLIGHT_EM_BIN:$PATH"
    command -v ccache >/dev/null &&
        export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_NOHASHDIR=1
    # A build folder made here compiles several files in one go; one that is there already stays as it is (CMake reads
    # this only once).
    export HEADLIGHT_UNITY=ON
    return 0
}

# Runs a preset's tests, counting GoogleTest's cases, and whole programs for what is no GoogleTest.
run_ctest() {
    local preset=$1 out=$logs/$1.ctest status=0 good bad other broken
    shift
    ctest --preset "$preset" --verbose -j "$jobs" "$@" >"$out" 2>&1 || status=$?
    cat "$out"
    good=$(grep -cE '^[0-9]+: \[       OK \]' "$out" || true)
    bad=$(grep -cE '^[0-9]+: \[  FAILED  \] .*\([0-9]+ ms\)' "$out" || true)
    other=$(grep -cE '^[0-9]+: ok [0-9]+ ' "$out" || true)
    broken=$(grep -cE '^[0-9]+: not ok [0-9]+ ' "$out" || true)
    good=$((good + other)) bad=$((bad + broken))
    [ $status -ne 0 ] && [ "$bad" -eq 0 ] && bad=1
    count "$good" "$bad"
}

# Goes on after a file that does not compile, so that the tests of all others run.
build_release() {
    cmake --preset release
    nice cmake --build --preset release -j "$jobs" -- -k 0
}

stage_rules() { run_listed "$logs/rules.out" node tests/rules/rules.mjs; }

own_sources() { find src tests -name '*.cpp' -o -name '*.h' | sort; }

stage_format() {
    own_sources >"$logs/format.files"
    xargs -n 16 -P "$jobs" clang-format-19 --dry-run -Werror <"$logs/format.files" >"$logs/format.out" 2>&1 || true
    cat "$logs/format.out"
    local all bad
    all=$(wc -l <"$logs/format.files")
    bad=$({ grep -oE '^[^ :]+:[0-9]+:[0-9]+: error' "$logs/format.out" || true; } | cut -d: -f1 | sort -u | wc -l)
    [ "$bad" -eq 0 ] && [ -s "$logs/format.out" ] && bad=1 # it could not even run
    count $((all - bad)) "$bad"
}

# Clang's own view of every file: its warnings and the checks of .clang-tidy. A file that has not changed since it was
# clean, with nothing that it includes changed either, is not looked at again (build/tests/tidy/).
# In a folder of its own, which is never built: each file is compiled alone there, so it includes what it needs.
stage_tidy() {
    cmake --preset release -B build/tidy -DHEADLIGHT_UNITY=OFF >/dev/null
    run_listed "$logs/tidy.out" node tests/tidy.mjs build/tidy "$jobs"
}

stage_unit() {
    local status=0
    build_release || status=$?
    run_ctest release -LE rules # they are a stage of their own
    tests/text/hugging_face_check.sh build/release || status=$?
    return $status
}

stage_wasm() {
    # In the page's own build folder: what the tests link is what the page links.
    emcmake cmake --preset web -DHEADLIGHT_TESTS=ON
    nice cmake --build --preset web -j "$jobs" --target wasm_tests -- -k 0
    local out=$logs/wasm.ctest status=0
    (cd build/web && ctest --verbose -j "$jobs" -L unit --no-tests=error) >"$out" 2>&1 || status=$?
    cat "$out"
    local bad
    bad=$(grep -cE '\[  FAILED  \] .*\([0-9]+ ms\)' "$out" || true)
    [ $status -ne 0 ] && [ "$bad" -eq 0 ] && bad=1
    count "$(grep -cE '\[       OK \]' "$out" || true)" "$bad"
}

stage_hash() {
    build_release
    run_listed "$logs/hash.out" node tests/hash.mjs build/release build/web
}

stage_fuzz() {
    cmake --preset fuzz
    nice cmake --build --preset fuzz -j "$jobs" --target fuzzers
    local out=$logs/fuzz.ctest status=0
    ctest --preset fuzz --verbose -j "$jobs" -L fuzz >"$out" 2>&1 || status=$?
    cat "$out"
    count "$(grep -cE 'Test +#[0-9]+: .* Passed' "$out" || true)" "$(grep -cE 'Test +#[0-9]+: .*\*\*\*' "$out" || true)"
    return $status
}

stage_site() {
    web/run --build-only
    node web/size.mjs build/site
    count 2 0
}

stage_e2e() {
    [ -f build/site/index.html ] || web/run --build-only
    if [ ! -d build/e2e/node_modules/playwright-core ]; then
        mkdir -p build/e2e
        cp tests/e2e/package.json tests/e2e/package-lock.json build/e2e/
        (cd build/e2e && npm ci --ignore-scripts --no-audit --no-fund --silent)
    fi
    run_listed "$logs/e2e.out" node tests/e2e/run.mjs
}

stage_desktop() {
    build_release
    run_listed "$logs/desktop.out" node tests/desktop.mjs build/release
}
