// Which implementation runs: by name, and told by the source file's own vector type.

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "kernels/compute.h"
#include "kernels/kernels_cases.h"
#include "kernels/relaxed.h"

namespace headlight::kernels {
namespace {

TEST(Implementations, BeginWithScalarAndHaveDifferentNames) {
    EXPECT_STREQ(implementations().front()->name, "scalar");
    std::set<std::string> names;
    for (const Kernels* kernels : implementations()) EXPECT_TRUE(names.insert(kernels->name).second);
    EXPECT_TRUE(names.contains("simd128"));
}

TEST(Implementations, WereCompiledForTheVectorsOfTheirName) {
    const std::map<std::string, int> lanes = {
        {"scalar", 1}, {"simd128", 4}, {"relaxed", 4}, {"avx2", 8}, {"avx512", 16}};
    for (const Kernels* kernels : implementations())
        EXPECT_EQ(kernels->lanes, lanes.at(kernels->name)) << kernels->name;
}

// Were a body shared between source files, the linker would keep one of them, with instructions of any of them.
TEST(Implementations, ShareNoFunction) {
    const auto expect_different = [](auto member) {
        for (const Kernels* one : implementations()) {
            for (const Kernels* other : implementations()) {
                if (one == other || one == relaxed() || other == relaxed()) continue;  // which is simd128 but for a few
                EXPECT_NE(one->*member, other->*member) << one->name << " " << other->name;
            }
        }
    };
    expect_different(&Kernels::gemm);
    expect_different(&Kernels::gemm_f16);
    expect_different(&Kernels::gemm_q8);
    expect_different(&Kernels::quantize_rows);
    expect_different(&Kernels::pack);
    expect_different(&Kernels::softmax);
    expect_different(&Kernels::exp);
    expect_different(&Kernels::adamw);
    if (relaxed() == nullptr) return;
    const Kernels& simd128 = *find("simd128");
    EXPECT_NE(relaxed()->gemm_q8, simd128.gemm_q8);
    EXPECT_NE(relaxed()->quantize_rows, simd128.quantize_rows);
    EXPECT_EQ(relaxed()->panel, simd128.panel) << "they share packed weights";
}

TEST(Implementations, AreFoundByName) {
    for (const std::string& name : supported_names()) {
        ASSERT_NE(find(name), nullptr);
        EXPECT_EQ(find(name)->name, name);
        const Compute compute(1, *find(name));
        EXPECT_EQ(compute.kernels().name, name);
    }
    EXPECT_EQ(find("no such thing"), nullptr);
}

TEST(Implementations, BestIsTheLastThatIsFastHere) {
    std::string last;
    for (const Kernels* kernels : implementations()) {
        if (kernels->supported() && kernels->fast()) last = kernels->name;
    }
    EXPECT_EQ(best().name, last);
    EXPECT_GT(best().lanes, 1);
}

TEST(Implementations, RowsOfOneTaskFillWholePanels) {
    for (const Kernels* kernels : implementations()) {
        EXPECT_EQ(kernels->panel % kernels->lanes, 0);
        EXPECT_EQ(512 % kernels->panel, 0) << "the block of columns must hold whole panels";
    }
}

}  // namespace
}  // namespace headlight::kernels
