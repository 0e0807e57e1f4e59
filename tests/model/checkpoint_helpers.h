#pragma once
// Small checkpoints for the tests of loading and writing.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/rng.h"
#include "checkpoint/safetensors.h"
#include "model/hf_folder.h"
#include "model/weights_writer.h"

namespace headlight::model {

constexpr const char* kWeights = "model.safetensors";
inline const std::string kWeightsName = "model.safetensors";
inline const std::string kIndexName = "model.safetensors.index.json";

struct Tensor {
    std::string name;
    std::vector<std::int64_t> shape;
    std::vector<float> values;
};

// Sizes that are no multiples of 32, more than one panel of 32 rows, heads and bias as wished.
inline GptConfig odd_config(bool tied = true) {
    return {.vocab = 67,
            .context = 9,
            .d_model = 36,
            .layers = 2,
            .heads = 3,
            .d_mlp = 70,
            .qkv_bias = tied,
            .tied_head = tied,
            .end_token = 66};
}

inline std::string written(const Gpt& gpt, WeightFormat format) {
    WeightsWriter writer(gpt, format);
    std::string file;
    for (auto piece = writer.next(); !piece.empty(); piece = writer.next()) {
        file.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        EXPECT_EQ(writer.written(), file.size());
    }
    EXPECT_EQ(writer.size(), file.size());
    return file;
}

inline Files written_files(const Gpt& gpt, WeightFormat format) {
    return {{"config.json", stored_config_json(gpt.config(), format)}, {kWeightsName, written(gpt, format)}};
}

inline Files small_of(Files files) {
    std::erase_if(files, [](const auto& file) { return file.first.ends_with(".safetensors"); });
    return files;
}

// Through the loader in pieces of 1 to `longest` bytes.
inline Result<LoadedModel> load_in_pieces(const Compute& compute, const Files& files, LoadOptions options,
                                          std::size_t longest, std::uint64_t seed = 1) {
    ASSIGN_OR_RETURN(GptLoader loader, GptLoader::begin(compute, small_of(files), options));
    Rng rng(seed);
    for (const std::string& name : loader.wanted_files()) {
        const std::string& bytes = files.at(name);
        RETURN_IF_ERROR(loader.begin_file(name, bytes.size()));
        for (std::size_t at = 0; at < bytes.size();) {
            const auto room = loader.room(1 + static_cast<std::size_t>(rng.below(longest)));
            if (room.empty()) break;
            const std::size_t n = std::min(room.size(), bytes.size() - at);
            std::ranges::copy(std::as_bytes(std::span(bytes)).subspan(at, n), room.begin());
            RETURN_IF_ERROR(loader.take(n));
            at += n;
        }
    }
    return loader.finish();
}

// A copy of a safetensors file with its tensors changed: names, order, or left out.
struct RawTensor {
    checkpoint::TensorInfo info;
    std::string bytes;
};
inline std::vector<RawTensor> raw_tensors(const std::string& file) {
    const auto parsed = checkpoint::Safetensors::parse(std::as_bytes(std::span(file)), "f");
    EXPECT_TRUE(parsed.has_value());
    std::vector<RawTensor> tensors;
    for (const auto& info : parsed->tensors()) {
        const auto at = static_cast<std::size_t>(parsed->data_start() + info.begin);
        tensors.push_back({info, file.substr(at, static_cast<std::size_t>(info.end - info.begin))});
    }
    return tensors;
}
inline std::string file_of(std::vector<RawTensor> tensors) {
    std::vector<checkpoint::TensorInfo> infos;
    std::string data;
    for (RawTensor& tensor : tensors) {
        tensor.info.begin = data.size();
        data += tensor.bytes;
        tensor.info.end = data.size();
        infos.push_back(tensor.info);
    }
    return checkpoint::write_header(infos, {}) + data;
}

// The same checkpoint in `count` shards with their index.
inline Files in_shards(const Files& whole, std::size_t count) {
    std::vector<std::vector<RawTensor>> parts(count);
    const auto all = raw_tensors(whole.at(kWeightsName));
    for (std::size_t i = 0; i < all.size(); ++i) parts[i * count / all.size()].push_back(all[i]);
    Files files = whole;
    files.erase(kWeightsName);
    std::string map;
    for (std::size_t part = 0; part < count; ++part) {
        const std::string name = "model-" + std::to_string(part + 1) + ".safetensors";
        files[name] = file_of(parts[part]);
        for (const RawTensor& tensor : parts[part]) {
            map += (map.empty() ? "\"" : ",\"") + tensor.info.name + "\":\"" + name + "\"";
        }
    }
    files[kIndexName] = R"({"metadata":{"total_size":1},"weight_map":{)" + map + "}}";
    return files;
}

inline std::vector<float> logits_of(const Compute& compute, const Gpt& gpt) {
    const std::vector<TokenId> ids{3, 1, 4, 1, 0};
    Activations trace(gpt.config(), 1, gpt.config().context, Keep::trace);
    Forward(compute, gpt, trace, ids, 0).run();
    const float* logits = trace.at(Site::logits);
    return {logits, logits + ids.size() * static_cast<std::size_t>(gpt.config().vocab)};
}

}  // namespace headlight::model
