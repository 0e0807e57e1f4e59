#include "checkpoint/safetensors.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "base/float16.h"

namespace headlight::checkpoint {
namespace {

std::span<const std::byte> as_bytes(const std::string& text) {
    return std::as_bytes(std::span(text));
}

// A file with this header, `data_size` bytes of zeros behind it.
std::string file_of(const std::string& header, std::size_t data_size) {
    const auto length = std::bit_cast<std::array<char, 8>>(static_cast<std::uint64_t>(header.size()));
    return std::string(length.data(), 8) + header + std::string(data_size, '\0');
}

// The error of a file that must be refused.
std::string refusal(const std::string& file) {
    const auto parsed = Safetensors::parse(as_bytes(file), "bad.safetensors");
    if (parsed.has_value()) return "(accepted)";
    return parsed.error().message;
}

void expect_refused(const std::string& header, std::size_t data_size, std::initializer_list<const char*> parts) {
    const std::string message = refusal(file_of(header, data_size));
    EXPECT_TRUE(message.starts_with("bad.safetensors: ")) << message;
    for (const char* part : parts) EXPECT_NE(message.find(part), std::string::npos) << part << " in: " << message;
}

const std::array<float, 6> kSix{0.0f, -1.5f, 2.25f, 3e-5f, -65504.0f, 0.1f};
const std::array<float, 2> kTwo{7.0f, -0.0f};

std::string small_file(Dtype dtype) {
    const std::array tensors{TensorOut{"a.weight", {2, 3}, kSix}, TensorOut{"scalar", {}, std::span(kTwo).first(1)},
                             TensorOut{"empty", {0, 4}, {}}, TensorOut{"b", {2}, kTwo}};
    return write_safetensors(tensors, dtype, {{"format", "pt"}, {"note", "ğüş"}});
}

TEST(Safetensors, RoundTripInEveryType) {
    for (const Dtype dtype : {Dtype::f32, Dtype::f16, Dtype::bf16}) {
        const std::string file = small_file(dtype);
        const auto parsed = Safetensors::parse(as_bytes(file), "f");
        ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
        EXPECT_EQ(parsed->data_start() % 8, 0u);
        EXPECT_EQ(parsed->metadata().at("note"), "ğüş");
        ASSERT_EQ(parsed->tensors().size(), 4u);
        const TensorInfo* a = parsed->find("a.weight");
        ASSERT_NE(a, nullptr);
        EXPECT_EQ(a->shape, (std::vector<std::int64_t>{2, 3}));
        EXPECT_EQ(a->dtype, dtype);
        EXPECT_EQ(parsed->find("a"), nullptr);
        std::array<float, 6> read{};
        ASSERT_TRUE(parsed->read_f32(*a, read).has_value());
        for (std::size_t i = 0; i < kSix.size(); ++i) {
            const float expected = dtype == Dtype::f32   ? kSix[i]
                                   : dtype == Dtype::f16 ? f16_to_f32(f32_to_f16(kSix[i]))
                                                         : bf16_to_f32(f32_to_bf16(kSix[i]));
            EXPECT_EQ(std::bit_cast<std::uint32_t>(read[i]), std::bit_cast<std::uint32_t>(expected)) << i;
        }
        float scalar = 0;
        ASSERT_TRUE(parsed->read_f32(*parsed->find("scalar"), std::span(&scalar, 1)).has_value());
        EXPECT_EQ(scalar, 7.0f);
        EXPECT_TRUE(parsed->read_f32(*parsed->find("empty"), {}).has_value());
    }
}

TEST(Safetensors, KeepsTheOrderGiven) {
    const std::string file = small_file(Dtype::f32);
    EXPECT_LT(file.find("\"a.weight\""), file.find("\"scalar\""));
    EXPECT_LT(file.find("\"scalar\""), file.find("\"b\""));
    const auto parsed = Safetensors::parse(as_bytes(file), "f");
    EXPECT_EQ(parsed->tensors().front().name, "a.weight");
    EXPECT_EQ(parsed->tensors().back().name, "b");
}

TEST(Safetensors, EveryTruncationIsRefused) {
    const std::string file = small_file(Dtype::f32);
    for (std::size_t size = 0; size < file.size(); ++size) {
        const std::string message = refusal(file.substr(0, size));
        EXPECT_TRUE(message.starts_with("bad.safetensors: ")) << size << ": " << message;
    }
    EXPECT_NE(refusal(file + "x").find("no byte left over"), std::string::npos);
}

TEST(Safetensors, EveryFlippedByteIsHandled) {
    const std::string file = small_file(Dtype::f16);
    for (std::size_t at = 0; at < file.size(); ++at) {
        for (const int flip : {0x01, 0x20, 0x80, 0xFF}) {
            std::string broken = file;
            broken[at] = static_cast<char>(broken[at] ^ flip);
            (void)refusal(broken);  // accepted or refused, but never a crash (run under the sanitizers)
        }
    }
}

TEST(Safetensors, AbsurdHeaderLengths) {
    auto with_length = [](std::uint64_t length) {
        const auto raw = std::bit_cast<std::array<char, 8>>(length);
        return std::string(raw.data(), 8) + "{}      ";
    };
    EXPECT_NE(refusal(with_length(~0ull)).find("header length 18446744073709551615; expected at most 100000000"),
              std::string::npos);
    EXPECT_NE(refusal(with_length(100'000'001)).find("expected at most"), std::string::npos);
    EXPECT_NE(refusal(with_length(9)).find("only 8 bytes follow"), std::string::npos);
    EXPECT_NE(refusal(with_length(0)).find("not a JSON object"), std::string::npos);
    EXPECT_EQ(refusal(with_length(8)), "(accepted)");
}

TEST(Safetensors, HeadersThatAreNoHeader) {
    expect_refused("[]", 0, {"not a JSON object"});
    expect_refused(" {}", 0, {"not a JSON object", "'{'"});
    expect_refused("{", 0, {"not a JSON object"});
    expect_refused("{\"a\xff\":{}}", 0, {"not a JSON object"});
    expect_refused(R"({"a":1})", 0, {"tensor 'a'", "expected an object"});
    expect_refused(R"({"__metadata__":{"x":1}})", 0, {"__metadata__", "'x' is number"});
    expect_refused(R"({"__metadata__":[]})", 0, {"__metadata__"});
    expect_refused(std::string(50000, '['), 0, {"not a JSON object"});
}

TEST(Safetensors, BadTensorsNameTheTensor) {
    expect_refused(R"({"a":{"dtype":"F12","shape":[1],"data_offsets":[0,4]}})", 4,
                   {"tensor 'a'", "unknown dtype 'F12'", "expected one of F64"});
    expect_refused(R"({"a":{"shape":[1],"data_offsets":[0,4]}})", 4, {"tensor 'a'", "dtype"});
    expect_refused(R"({"a":{"dtype":"F32","data_offsets":[0,4]}})", 4, {"tensor 'a'", "shape"});
    expect_refused(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4, {"tensor 'a'", "no size"});
    expect_refused(R"({"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}})", 4, {"tensor 'a'", "no size"});
    expect_refused(R"({"a":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,4]}})", 4, {"no size"});
    expect_refused(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}})", 0,
                   {"tensor 'a'", "too large"});
    expect_refused(R"({"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,20]}})", 20,
                   {"tensor 'a'", "20 bytes", "expected 24", "[2, 3]", "F32"});
    expect_refused(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", 4, {"tensor 'a'", "[begin, end]"});
    expect_refused(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4.0]}})", 4, {"tensor 'a'", "[begin, end]"});
    expect_refused(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", 4, {"tensor 'a'", "begin <= end"});
    expect_refused(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 4,
                   {"tensor 'a'", "[0, 8)", "beyond the data", "at most 4"});
}

TEST(Safetensors, TensorsMustTileTheData) {
    const std::string a = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)";
    expect_refused(a + R"("b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})", 12,
                   {"tensor 'b'", "overlaps 'a'", "expected 8"});
    expect_refused(a + R"("b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 8, {"overlaps"});
    expect_refused(a + R"("b":{"dtype":"F32","shape":[2],"data_offsets":[12,20]}})", 20,
                   {"tensor 'b'", "begins at byte 12", "expected 8"});
    expect_refused(a + R"("b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}})", 20,
                   {"20 bytes of data", "'b'", "byte 16"});
    expect_refused("{}", 1, {"1 bytes of data"});
    EXPECT_EQ(refusal(file_of(a + R"("b":{"dtype":"I64","shape":[0,3],"data_offsets":[8,8]}})", 8)), "(accepted)");
}

TEST(Safetensors, DuplicateNames) {
    const std::string one = R"({"dtype":"U8","shape":[1],"data_offsets":[0,1]})";
    expect_refused("{\"a\":" + one + ",\"a\":" + one + "}", 1, {"'a' occurs twice"});
    expect_refused(R"({"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}})", 1,
                   {"'dtype' occurs twice"});
    // The same field in two tensors is no duplicate.
    EXPECT_EQ(refusal(file_of("{\"a\":" + one + R"(,"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})", 2)),
              "(accepted)");
}

TEST(Safetensors, ValuesThatAreNoWeights) {
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
    constexpr float kInf = std::numeric_limits<float>::infinity();
    for (const Dtype dtype : {Dtype::f32, Dtype::f16, Dtype::bf16}) {
        for (const float bad : {kNan, kInf, -kInf}) {
            std::array<float, 6> data{};
            data[4] = bad;
            const std::array tensors{TensorOut{"w", {2, 3}, data}};
            const std::string file = write_safetensors(tensors, dtype, {});
            const auto parsed = Safetensors::parse(as_bytes(file), "f.safetensors");
            const auto read = parsed->read_f32(*parsed->find("w"), data);
            ASSERT_FALSE(read.has_value());
            const std::string expected = std::isnan(bad) ? "NaN" : bad < 0 ? "-infinity" : "infinity";
            EXPECT_EQ(read.error().message,
                      "f.safetensors: tensor 'w': " + expected + " at index 4 ([1, 1]); expected finite numbers");
            EXPECT_EQ(parsed->read_f32(*parsed->find("w"), data, Values::infinite_too).has_value(), !std::isnan(bad));
        }
    }
}

TEST(Safetensors, DoublesAreReadAndIntegersRefused) {
    std::string file = file_of(R"({"d":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},)"
                               R"("m":{"dtype":"BOOL","shape":[1],"data_offsets":[8,9]}})",
                               9);
    const auto raw = std::bit_cast<std::array<char, 8>>(-0.75);
    file.replace(file.size() - 9, 8, raw.data(), 8);
    const auto parsed = Safetensors::parse(as_bytes(file), "f");
    ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
    float value = 0;
    ASSERT_TRUE(parsed->read_f32(*parsed->find("d"), std::span(&value, 1)).has_value());
    EXPECT_EQ(value, -0.75f);
    const auto mask = parsed->read_f32(*parsed->find("m"), std::span(&value, 1));
    ASSERT_FALSE(mask.has_value());
    EXPECT_EQ(mask.error().message,
              "f: tensor 'm': dtype BOOL where numbers are needed; expected F32, F16, BF16 or F64");
}

TEST(Safetensors, StreamsFromAPrefix) {
    const std::string file = small_file(Dtype::f32);
    const auto start = Safetensors::data_start(as_bytes(file).first(8), file.size(), "f");
    ASSERT_TRUE(start.has_value());
    const auto short_prefix = as_bytes(file).first(static_cast<std::size_t>(*start) - 1);
    EXPECT_FALSE(Safetensors::parse_header(short_prefix, file.size(), "f").has_value());
    const auto prefix = as_bytes(file).first(static_cast<std::size_t>(*start));
    EXPECT_FALSE(Safetensors::parse_header(prefix, file.size() - 1, "f").has_value());
    const auto header = Safetensors::parse_header(prefix, file.size(), "f");
    ASSERT_TRUE(header.has_value()) << header.error().message;
    const TensorInfo& b = *header->find("b");
    std::array<float, 2> out{};
    const auto not_there = header->read_f32(b, out);
    ASSERT_FALSE(not_there.has_value());
    EXPECT_NE(not_there.error().message.find("not in memory"), std::string::npos);
    const auto bytes = as_bytes(file).subspan(static_cast<std::size_t>(*start + b.begin), 8);
    ASSERT_TRUE(header->convert_f32(b, bytes, out).has_value());
    EXPECT_EQ(out, kTwo);
}

TEST(Safetensors, LongAndControlNamesAreTamed) {
    const std::string entry = R"({"dtype":"F99","shape":[1],"data_offsets":[0,4]})";
    const std::string message = refusal(file_of("{\"" + std::string(5000, 'n') + "\":" + entry + "}", 4));
    EXPECT_LT(message.size(), 300u);
    EXPECT_EQ(refusal(file_of("{\"x\\n\\u001b\":" + entry + "}", 4)).find('\n'), std::string::npos);
}

}  // namespace
}  // namespace headlight::checkpoint
