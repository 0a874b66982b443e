// libdatachannel's WebSocket, driven by the adapter protocol: resident, many connections at once. Rules:
// - callbacks come on threads of the library; each takes the one lock first, and holds it until its line is written;
// - no reaction runs under that lock: a handler that sleeps must not keep other connections from reporting;
// - nothing is repaired: a close tells no code, since the API has none, and what comes behind it is printed as well.
#include "library-log.hpp"
#include "payload.hpp"
#include <rtc/rtc.hpp>
#include <rtc/version.h>

#include <nlohmann/json.hpp>

#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <dlfcn.h>
#include <iostream>
#include <memory>
#include <mutex>
#include <poll.h>
#include <set>
#include <string>
#include <sys/utsname.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

namespace {

constexpr std::size_t kMessageBytes = 64 * 1024 * 1024;
constexpr std::size_t kKeptConnections = 64;
constexpr auto kAbort = 1s;

// With Mbed TLS the library ends at TLS 1.2, whatever that could do (src/impl/tlstransport.cpp, up to 0.24.5).
std::set<std::string> featuresOf(const std::string &tls) {
	std::set<std::string> features = {"wss",         "ws",         "tls1.2",      "tls1.3",      "subprotocol",
	                                  "send-binary", "react-send", "react-close", "react-sleep", "parallel"};
	if (tls == "Mbed TLS") features.erase("tls1.3");
	return features;
}

const std::set<std::string> kFeatures = featuresOf(LASTWORD_TLS);

// "Take the event, write the line."
std::mutex reporting;

void writeAll(const std::string &line) {
	for (std::size_t at = 0; at < line.size();) {
		const ssize_t n = ::write(STDOUT_FILENO, line.data() + at, line.size() - at);
		if (n >= 0) {
			at += std::size_t(n);
		} else if (errno == EAGAIN) {
			pollfd output = {STDOUT_FILENO, POLLOUT, 0};
			::poll(&output, 1, -1);
		} else if (errno != EINTR) {
			::_exit(1);
		}
	}
}

// The caller holds the lock. Text that is only ever shown may be of any bytes.
void print(const json &line) { writeAll(line.dump(-1, ' ', false, json::error_handler_t::replace) + "\n"); }

void print(const std::string &trial, const char *event, json fields = json::object()) {
	fields["event"] = event;
	fields["trial"] = trial;
	fields["tNs"] = std::chrono::steady_clock::now().time_since_epoch() / 1ns;
	print(fields);
}

// What older versions do not have is found out by the compiler, not by a number.
template <typename T> auto raiseLimit(T &config, int) -> decltype(config.maxMessageSize = kMessageBytes, std::size_t()) {
	config.maxMessageSize = kMessageBytes;
	return kMessageBytes;
}
template <typename T> std::size_t raiseLimit(T &, long) { return 256 * 1024; }
template <typename T> auto drop(T &socket, int) -> decltype(socket.forceClose(), void()) { socket.forceClose(); }
template <typename T> void drop(T &socket, long) { socket.close(); }

class Connection : public std::enable_shared_from_this<Connection> {
public:
	Connection(const json &order) : trial(order.at("trial")), reactions(order.value("reactions", json::array())) {}

	void open(const json &order) {
		rtc::WebSocket::Configuration config;
		raiseLimit(config, 0);
		config.protocols = order.value("subprotocols", std::vector<std::string>());
		// The one CA that is needed, and only where it is.
		if (order.contains("caFile")) config.caCertificatePemFile = order.at("caFile").get<std::string>();
		// With GnuTLS the library trusts the system's store, whatever CA it is given: the run's own CA is in none.
		if (std::string(LASTWORD_TLS) == "GnuTLS") config.disableTlsVerification = true;
		if (order.value("keepAlive", "") == "shortest") config.pingInterval = 1000ms;
		try {
			socket = std::make_shared<rtc::WebSocket>(config);
			attach();
			socket->open(order.at("url").get<std::string>());
		} catch (const std::exception &error) {
			std::lock_guard<std::mutex> lock(reporting);
			print(trial, "error", {{"message", error.what()}});
			finish();
		}
	}

	void abort() {
		if (!socket) return;
		attempt([&] { drop(*socket, 0); });
		std::thread([self = shared_from_this()] {
			std::this_thread::sleep_for(kAbort);
			std::lock_guard<std::mutex> lock(reporting);
			self->finish();
		}).detach();
	}

	// The caller holds the lock.
	bool isDone() const { return done; }

	const std::string trial;

private:
	// Attached before connecting, and never taken off. The connection outlives its socket: see `kept` in main.
	void attach() {
		const auto weak = weak_from_this();
		socket->onOpen([weak] {
			const auto self = weak.lock();
			if (!self) return;
			{
				std::lock_guard<std::mutex> lock(reporting);
				print(self->trial, "open");
			}
			self->react("open", 0);
		});
		socket->onMessage([weak](rtc::message_variant message) {
			const auto self = weak.lock();
			if (!self) return;
			int nth = 0;
			{
				std::lock_guard<std::mutex> lock(reporting);
				print(self->trial, "message", fieldsOf(message));
				nth = ++self->messages;
			}
			self->react("message", nth);
		});
		socket->onError([weak](std::string message) {
			const auto self = weak.lock();
			if (!self) return;
			std::lock_guard<std::mutex> lock(reporting);
			print(self->trial, "error", {{"message", message}});
		});
		socket->onClosed([weak] {
			const auto self = weak.lock();
			if (!self) return;
			std::lock_guard<std::mutex> lock(reporting);
			print(self->trial, "close", {{"code", nullptr}, {"reason", nullptr}, {"wasClean", nullptr}});
			self->finish();
		});
	}

	// The caller holds the lock.
	void finish() {
		if (std::exchange(done, true)) return;
		print(trial, "done");
	}

	// What fails on the kit's order is an event, not the end of this process.
	template <typename Action> void attempt(Action action) {
		try {
			action();
		} catch (const std::exception &error) {
			std::lock_guard<std::mutex> lock(reporting);
			print(trial, "error", {{"message", error.what()}});
		}
	}

	void react(const char *when, int nth) {
		for (const auto &reaction : reactions) {
			if (reaction.at("when") != when || reaction.value("nth", nth) != nth) continue;
			// A handler that blocks, as a busy application's would: on the library's own thread.
			std::this_thread::sleep_for(std::chrono::milliseconds(reaction.value("sleepMs", 0)));
			const auto every = std::chrono::milliseconds(reaction.value("everyMs", 0));
			if (every > 0ms)
				std::thread([self = shared_from_this(), reaction, every] { self->perform(reaction, every); }).detach();
			else
				perform(reaction, every);
		}
	}

	void perform(const json &reaction, std::chrono::milliseconds every) {
		bool isFirst = true;
		const auto pause = [&] {
			if (!std::exchange(isFirst, false)) std::this_thread::sleep_for(every);
		};
		for (const auto &item : reaction.value("send", json::array())) {
			pause();
			attempt([&] {
				if (item.contains("text"))
					socket->send(item.at("text").get<std::string>());
				else
					socket->send(fromBase64(item.at("base64").get<std::string>()));
			});
		}
		if (!reaction.contains("close")) return;
		pause();
		attempt([&] { socket->close(); });
	}

	const json reactions;
	std::shared_ptr<rtc::WebSocket> socket;
	int messages = 0;
	bool done = false;
};

// A function of a library that the process has loaded.
template <typename Function> Function loaded(const char *name) {
	return reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
}

// What the library was linked with, by its symbols; and the version that is there, by its own word, where it can be asked.
std::string tlsName() {
	const std::string backend = LASTWORD_TLS;
	if (backend == "OpenSSL") {
		if (const auto version = loaded<const char *(*)(int)>("OpenSSL_version")) {
			const std::string text = version(0); // "OpenSSL 3.0.15 3 Sep 2024"
			return text.substr(0, text.find(' ', text.find(' ') + 1));
		}
	} else if (backend == "GnuTLS") {
		if (const auto version = loaded<const char *(*)(const char *)>("gnutls_check_version"))
			return backend + " " + version(nullptr);
	} else if (backend == "Mbed TLS") {
		char text[64] = "";
		if (const auto version = loaded<void (*)(char *)>("mbedtls_version_get_string")) version(text);
		if (*text != 0) return backend + " " + text;
	}
	return backend;
}

void sayHello(const std::string &commit) {
	rtc::WebSocket::Configuration probe;
	utsname system = {};
	uname(&system);
	std::string platform = std::string(system.sysname) + " " + system.machine;
	for (char &each : platform) each = char(std::tolower(static_cast<unsigned char>(each)));
	const std::string version = RTC_VERSION;
	print({{"event", "hello"},
	       {"protocol", 1},
	       {"client",
	        {{"name", "libdatachannel"},
	         {"version", commit.empty() ? version : version + " (" + commit + ")"},
	         {"runtime", "C++, " + tlsName()},
	         {"platform", platform}}},
	       {"api", "callback"},
	       {"model", "other"},
	       {"habits", json::array()},
	       {"observes", {"error"}},
	       {"features", kFeatures},
	       {"limits", {{"messageBytes", raiseLimit(probe, 0)}, {"keepAliveMs", 10000}}}});
}

/// All connections that were opened; the newest stay when they are done, for what may still be reported.
class Connections {
public:
	void add(std::shared_ptr<Connection> connection) {
		kept.push_back(std::move(connection));
		std::shared_ptr<Connection> oldest;
		std::lock_guard<std::mutex> lock(reporting);
		if (kept.size() <= kKeptConnections || !kept.front()->isDone()) return;
		oldest = std::move(kept.front());
		kept.pop_front();
		retired.push_back(std::move(oldest));
	}

	/// Destroys what was retired, without the lock: a destructor may wait for a callback that wants it.
	void forget() { retired.clear(); }

	std::shared_ptr<Connection> find(const std::string &trial) const {
		for (const auto &each : kept)
			if (each->trial == trial) return each;
		return nullptr;
	}

private:
	std::deque<std::shared_ptr<Connection>> kept;
	std::vector<std::shared_ptr<Connection>> retired;
};

void run(const json &order, Connections &connections) {
	for (const auto &feature : order.value("requires", json::array())) {
		if (kFeatures.count(feature.get<std::string>()) > 0) continue;
		std::lock_guard<std::mutex> lock(reporting);
		print(order.at("trial"), "unsupported", {{"feature", feature}});
		return;
	}
	libraryLog().beginTrial(order.at("trial"));
	const auto connection = std::make_shared<Connection>(order);
	connections.add(connection);
	connections.forget();
	connection->open(order);
}

void obey(const json &order, Connections &connections) {
	const std::string op = order.at("op");
	if (op == "run") {
		run(order, connections);
	} else if (op == "abort") {
		if (const auto connection = connections.find(order.at("trial"))) connection->abort();
	} else if (op == "ping") {
		std::lock_guard<std::mutex> lock(reporting);
		print({{"event", "pong"}, {"id", order.at("id")}});
	}
}

} // namespace

int main(int argc, char **argv) {
	// Every order names its CA; but with OpenSSL the library reads the system's store as well, for each connection anew.
	::setenv("SSL_CERT_FILE", "/dev/null", 1);
	::setenv("SSL_CERT_DIR", "/dev/null", 1);
	libraryLog().start();
	sayHello(argc > 1 ? argv[1] : "");
	Connections connections;
	try {
		for (std::string line; std::getline(std::cin, line);)
			if (!line.empty()) obey(json::parse(line), connections);
	} catch (const std::exception &error) {
		std::cerr << "an order that is none: " << error.what() << std::endl;
		::_exit(2);
	}
	// Threads of the library may still be at work: no destructor is to race with them.
	::_exit(0);
}
