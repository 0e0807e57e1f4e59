#include "interpret/embedding_space.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "interpret/reading_fixture.h"

namespace headlight::interpret {
namespace {

double cosine(const model::Gpt& gpt, nn::TokenId a, nn::TokenId b) {
    const auto d = static_cast<std::size_t>(gpt.config().d_model);
    std::vector<float> x(d), y(d);
    gpt.embedding(a, x.data());
    gpt.embedding(b, y.data());
    double xy = 0, xx = 0, yy = 0;
    for (std::size_t i = 0; i < d; ++i) {
        xy += static_cast<double>(x[i]) * static_cast<double>(y[i]);
        xx += static_cast<double>(x[i]) * static_cast<double>(x[i]);
        yy += static_cast<double>(y[i]) * static_cast<double>(y[i]);
    }
    return xy / std::sqrt(xx * yy);
}

// A token's embedding becomes `factor` times another's.
void copy_row(Reading& r, nn::TokenId to, nn::TokenId from, float factor) {
    const auto d = static_cast<std::size_t>(r.gpt.config().d_model);
    const std::span params = r.gpt.mutable_params().subspan(r.gpt.layout().wte);
    for (std::size_t i = 0; i < d; ++i) {
        params[static_cast<std::size_t>(to) * d + i] = params[static_cast<std::size_t>(from) * d + i] * factor;
    }
    r.gpt.pack(*r.compute);
}

TEST(Neighbours, AreThoseOfTheWholeVocabularyInOrder) {
    const Reading r = random_reading({"", kernels::WeightFormat::f32, false});
    const std::vector<Neighbour> all = neighbours(r.gpt, 42, 1000);
    ASSERT_EQ(all.size(), 330U) << "not itself";
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_NE(all[i].id, 42);
        EXPECT_NEAR(all[i].cosine, cosine(r.gpt, 42, all[i].id), 1e-6);
        if (i > 0) {
            EXPECT_GE(all[i - 1].cosine, all[i].cosine);
        }
    }
    Neighbours slices(r.gpt, 42, 7);
    EXPECT_FALSE(slices.advance(0)) << "one at least";
    EXPECT_EQ(slices.result().size(), 1U);
    while (!slices.advance(50)) {
    }
    EXPECT_TRUE(slices.done() && slices.advance(50));
    ASSERT_EQ(slices.result().size(), 7U);
    for (std::size_t i = 0; i < 7; ++i) EXPECT_EQ(slices.result()[i].id, all[i].id);
    EXPECT_TRUE(neighbours(r.gpt, 42, 0).empty());
}

TEST(Neighbours, LengthDoesNotCountAndEqualsComeInOrderOfIds) {
    Reading r = random_reading({""});
    copy_row(r, 200, 42, 0.01F);
    copy_row(r, 100, 42, 1);
    copy_row(r, 300, 42, -3);
    const std::vector<Neighbour> all = neighbours(r.gpt, 42, 1000);
    EXPECT_NEAR(all[0].cosine, 1, 1e-6);
    EXPECT_NEAR(all[1].cosine, 1, 1e-6);
    EXPECT_EQ(all[0].id + all[1].id, 300);
    EXPECT_EQ(all.back().id, 300);
    EXPECT_NEAR(all.back().cosine, -1, 1e-6);
    copy_row(r, 42, 42, 0);
    const std::vector<Neighbour> nowhere = neighbours(r.gpt, 42, 3);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(nowhere[i].cosine, 0);
        EXPECT_EQ(nowhere[i].id, static_cast<int>(i));
    }
    copy_row(r, 42, 42, std::numeric_limits<float>::infinity());
    const std::vector<Neighbour> finite = neighbours(r.gpt, 0, 1000);
    ASSERT_EQ(finite.size(), 330U);
    for (std::size_t i = 1; i < finite.size(); ++i) EXPECT_GE(finite[i - 1].cosine, finite[i].cosine);
}

// Fewer tokens than dimensions take the small matrix, more the other one: the same plane.
TEST(EmbeddingPlane, AgreesWithThePrincipalPlaneOfTheRows) {
    const Reading r = random_reading({""});
    const int d = r.gpt.config().d_model;
    for (const int n : {3, 20, 96, 97, 200}) {
        std::vector<nn::TokenId> ids;
        std::vector<float> rows(static_cast<std::size_t>(n * d));
        for (int i = 0; i < n; ++i) {
            ids.push_back(i + 5);
            r.gpt.embedding(i + 5, rows.data() + i * d);
        }
        const EmbeddingPlane plane = embedding_plane(r.gpt, ids);
        const Plane want = principal_plane({rows.data(), n, d, d, 1});
        ASSERT_EQ(plane.points.size(), ids.size());
        for (std::size_t which = 0; which < 2; ++which) {
            EXPECT_NEAR(plane.explained[which], want.explained[which], 1e-9);
            for (std::size_t i = 0; i < ids.size(); ++i) {
                ASSERT_NEAR(plane.points[i][which], want.points[i][which], 1e-6) << n;
            }
        }
    }
}

TEST(EmbeddingPlane, OfHardlyAnythingIsFlat) {
    const Reading r = random_reading({""});
    EXPECT_TRUE(embedding_plane(r.gpt, {}).points.empty());
    const EmbeddingPlane one = embedding_plane(r.gpt, std::vector<nn::TokenId>{7});
    EXPECT_EQ(one.points, (std::vector<Point>{{0, 0}}));
    const EmbeddingPlane same = embedding_plane(r.gpt, std::vector<nn::TokenId>{7, 7, 7});
    EXPECT_EQ(same.points, (std::vector<Point>(3, Point{0, 0})));
    const EmbeddingPlane two = embedding_plane(r.gpt, std::vector<nn::TokenId>{7, 9});
    EXPECT_NEAR(two.points[0][0], -two.points[1][0], 1e-9);
    EXPECT_NEAR(two.explained[0], 1, 1e-9);
    EXPECT_EQ(two.points[0][1], 0) << "two points are a line";
    std::vector<nn::TokenId> many(kMostEmbeddings + 5, 3);
    EXPECT_EQ(embedding_plane(r.gpt, many).points.size(), kMostEmbeddings);
}

// tests/golden/make_reading.py
TEST(EmbeddingSpace, AgreesWithPyTorch) {
    for (const char* kind : kGoldenKinds) {
        const Reading r = golden_reading(kind);
        const auto& want = r.expected["embeddings"];
        const std::vector<Neighbour> near = neighbours(r.gpt, 42, 6);
        for (std::size_t i = 0; i < 6; ++i) {
            EXPECT_EQ(near[i].id, want["near_42"][i].get<int>());
            EXPECT_NEAR(near[i].cosine, want["cosine"][i].get<double>(), 1e-6);
        }
        const EmbeddingPlane plane = embedding_plane(r.gpt, want["shown"].get<std::vector<nn::TokenId>>());
        for (std::size_t which = 0; which < 2; ++which) {
            EXPECT_NEAR(plane.explained[which], want["explained"][which].get<double>(), 1e-6);
            for (std::size_t i = 0; i < plane.points.size(); ++i) {
                EXPECT_NEAR(plane.points[i][which], want["points"][i][which].get<double>(), 1e-5) << kind << i;
            }
        }
    }
}

}  // namespace
}  // namespace headlight::interpret
