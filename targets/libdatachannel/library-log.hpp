// What libdatachannel logs, kept off standard output, which belongs to the adapter protocol.
#pragma once
#include <rtc/rtc.hpp>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <mutex>
#include <sstream>
#include <string>
#include <unistd.h>

/// The library's log: what is amiss, on standard error; or all of it, in the file that was asked for.
class LibraryLog {
public:
	void start() {
		const char *file = ::getenv("LASTWORD_LIBDATACHANNEL_LOG");
		if (file != nullptr && *file != 0) everything.open(file, std::ios::app);
		const auto level = everything.is_open() ? rtc::LogLevel::Verbose : rtc::LogLevel::Warning;
		// Left alone, it would go to standard output.
		rtc::InitLogger(level, [this](rtc::LogLevel each, std::string message) {
			std::ostringstream text;
			text << "libdatachannel: " << each << ": " << message;
			write(text.str());
		});
	}

	void beginTrial(const std::string &trial) {
		if (everything.is_open()) write("trial " + trial);
	}

private:
	// Behind the time in ns that is `tNs` on the events, and the process: several may write to one file.
	void write(const std::string &text) {
		const auto atNs = std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
		std::lock_guard<std::mutex> lock(writing);
		if (everything.is_open())
			everything << atNs << " " << ::getpid() << " " << text << std::endl;
		else
			std::cerr << text << std::endl;
	}

	std::mutex writing;
	std::ofstream everything;
};

inline LibraryLog &libraryLog() {
	// Never destroyed: threads of the library write to it to the end.
	static LibraryLog *const log = new LibraryLog();
	return *log;
}
