#pragma once
// Reads a model's config.json key by key, with one message for the first key that is wrong.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace headlight::checkpoint {

// Reads keys of one object and keeps the first error, so that the list of keys below stays a list.
class ConfigReader {
  public:
    ConfigReader(const nlohmann::json& object, std::string_view file) : object_(object), file_(file) {}

    // `alias`: the name that other Hugging Face configurations use for the same number.
    void read(const char* key, const char* alias, int& value, int largest) {
        const char* found = has(key) ? key : alias;
        if (!has(found)) return;
        const nlohmann::json& entry = object_[found];
        if (!entry.is_number_integer() || entry.get<double>() < 1 || entry.get<double>() > largest) {
            return refuse(found, "a whole number from 1 to " + std::to_string(largest));
        }
        value = entry.get<int>();
    }

    void read(const char* key, double& value, double below) {
        if (!has(key)) return;
        const nlohmann::json& entry = object_[key];
        if (!entry.is_number() || !(entry.get<double>() >= 0) || !(entry.get<double>() < below)) {
            return refuse(key, "a number from 0 to below " + write_json(nlohmann::json(below)));
        }
        value = entry.get<double>();
    }

    void read(const char* key, bool& value) {
        if (!has(key)) return;
        if (!object_[key].is_boolean()) return refuse(key, "true or false");
        value = object_[key].get<bool>();
    }

    // A token id; null and ids outside the vocabulary (transformers' own default, 50256) mean that there is none.
    void read_token(const char* key, std::optional<int>& value, int vocab_size) {
        constexpr int kGpt2EndToken = 50256;  // of transformers, for a file that leaves it out
        int id = kGpt2EndToken;
        if (object_.contains(key)) {
            const nlohmann::json& entry = object_[key];
            if (entry.is_null()) return;
            if (!entry.is_number_integer()) return refuse(key, "a token id or null");
            const double number = entry.get<double>();
            id = number >= 0 && number < vocab_size ? entry.get<int>() : vocab_size;
        }
        if (id < vocab_size) value = id;
    }

    // Keys that change what attention computes must be absent or have the value of GPT-2.
    void require(const char* key, bool expected) {
        bool value = expected;
        read(key, value);
        if (value != expected)
            refuse(key,
                   expected ? "true; the other variant is not supported" : "false; the other variant is not supported");
    }

    void refuse(const char* key, const std::string& expected) {
        if (error_) return;
        std::string shown = has(key) ? write_json(object_[key]) : "missing";
        if (shown.size() > 60) shown = shown.substr(0, 60) + "...";
        error_ =
            Error{ErrorCode::invalid, std::string(file_) + ": \"" + key + "\" is " + shown + "; expected " + expected};
    }

    [[nodiscard]] bool has(const char* key) const { return object_.contains(key) && !object_[key].is_null(); }
    [[nodiscard]] const std::optional<Error>& error() const { return error_; }

  private:
    const nlohmann::json& object_;
    std::string_view file_;
    std::optional<Error> error_;
};

}  // namespace headlight::checkpoint
