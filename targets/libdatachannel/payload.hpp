// What a message is in the lines of the adapter protocol.
#pragma once
#include "sha256.hpp"
#include <rtc/rtc.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <variant>

using json = nlohmann::json;

inline constexpr std::size_t kLongestData = 4096;

inline json digestOf(const char *type, const void *data, std::size_t size) {
	return {{"type", type}, {"length", size}, {"sha256", sha256::hex(data, size)}};
}

/// The fields of a `message` event: short text as it is, anything else as its length and digest.
inline json fieldsOf(const rtc::message_variant &message) {
	if (const auto *bytes = std::get_if<rtc::binary>(&message)) return digestOf("binary", bytes->data(), bytes->size());
	const auto &text = std::get<std::string>(message);
	if (text.size() > kLongestData) return digestOf("text", text.data(), text.size());
	try {
		const json data = text;
		(void)data.dump();
		return {{"type", "text"}, {"data", data}};
	} catch (const json::type_error &) {
		// Not UTF-8 (RFC 6455 §8.1 forbids it): no JSON could hold these bytes, their digest can.
		return digestOf("text", text.data(), text.size());
	}
}

/// RFC 4648 §4.
inline rtc::binary fromBase64(const std::string &text) {
	static const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	rtc::binary bytes;
	unsigned value = 0;
	int bits = 0;
	for (const char each : text) {
		const auto digit = digits.find(each);
		if (digit == std::string::npos) break;
		value = (value << 6 | unsigned(digit)) & 0xffffff;
		bits += 6;
		if (bits < 8) continue;
		bits -= 8;
		bytes.push_back(std::byte((value >> bits) & 0xff));
	}
	return bytes;
}
