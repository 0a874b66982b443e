// A signaling server of gorilla/websocket, and the plain backend behind nginx and HAProxy. It takes an offer, answers,
// and hangs up as it is told; the kit's control connection brings the certificates, and may hold an answer back.
package main

import (
	"bufio"
	"crypto/subtle"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const defaultAnswer = `{"type":"answer","sdp":"v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"}`

// What the kit says of a trial before its client connects.
type order struct {
	Op, Trial, Answer, HangUp, Cert, Key, Token string
	Hold                                        bool
	// At its first offer: a client that connects again is told nothing.
	isSpent  bool
	released chan struct{}
}

var (
	mutex   sync.Mutex
	orders  = map[string]*order{}
	control net.Conn
)

// Tells the kit; without one nobody hears.
func tell(event map[string]any) {
	mutex.Lock()
	defer mutex.Unlock()
	if control == nil {
		return
	}
	line, _ := json.Marshal(event)
	control.Write(append(line, '\n'))
}

func main() {
	log.SetFlags(0)
	listener, err := net.Listen("tcp", ":7400")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("control on port 7400")
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go obey(connection)
	}
}

// Reads orders, a JSON line each; the first has to be the token.
func obey(connection net.Conn) {
	defer connection.Close()
	lines := bufio.NewScanner(connection)
	lines.Buffer(nil, 4<<20)
	isKnown := false
	for lines.Scan() {
		var given order
		if json.Unmarshal(lines.Bytes(), &given) != nil {
			return
		}
		if !isKnown {
			token := os.Getenv("LASTWORD_CONTROL_TOKEN")
			if token == "" || subtle.ConstantTimeCompare([]byte(given.Token), []byte(token)) != 1 {
				return
			}
			isKnown = true
			mutex.Lock()
			control = connection
			mutex.Unlock()
			continue
		}
		switch given.Op {
		case "listen":
			listen(given.Cert, given.Key)
			tell(map[string]any{"event": "listening"})
		case "prepare":
			given.released = make(chan struct{})
			mutex.Lock()
			orders[given.Trial] = &given
			mutex.Unlock()
		case "release":
			mutex.Lock()
			if held := orders[given.Trial]; held != nil && held.Hold {
				held.Hold = false
				close(held.released)
			}
			mutex.Unlock()
		case "forget":
			mutex.Lock()
			orders[given.Trial] = &order{isSpent: true}
			mutex.Unlock()
		}
	}
}

// By itself on all three ports, or behind a front that has them.
func listen(cert, key string) {
	handler := http.HandlerFunc(serve)
	if front := os.Getenv("LASTWORD_FRONT"); front != "" {
		must(os.MkdirAll("/tmp/certificates", 0o700))
		must(os.WriteFile("/tmp/certificates/leaf.pem", []byte(cert), 0o600))
		must(os.WriteFile("/tmp/certificates/key.pem", []byte(key), 0o600))
		must(os.WriteFile("/tmp/certificates/both.pem", []byte(cert+key), 0o600))
		backend, err := net.Listen("tcp", "127.0.0.1:7481")
		must(err)
		go http.Serve(backend, handler)
		words := strings.Fields(front)
		command := exec.Command(words[0], words[1:]...)
		command.Stdout, command.Stderr = os.Stderr, os.Stderr
		must(command.Start())
		go func() { log.Fatal(command.Wait()) }()
		awaitPorts()
		return
	}
	pair, err := tls.X509KeyPair([]byte(cert), []byte(key))
	must(err)
	for port, version := range map[string]uint16{":7412": tls.VersionTLS12, ":7413": tls.VersionTLS13} {
		listener, err := net.Listen("tcp", port)
		must(err)
		config := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: version, MaxVersion: version, NextProtos: []string{"http/1.1"}}
		go http.Serve(tls.NewListener(listener, config), handler)
	}
	plain, err := net.Listen("tcp", ":7480")
	must(err)
	go http.Serve(plain, handler)
}

func awaitPorts() {
	for _, port := range []string{"7412", "7413", "7480"} {
		for {
			probe, err := net.Dial("tcp", "127.0.0.1:"+port)
			if err == nil {
				probe.Close()
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// A trial's client may be faster than its order, which comes another way. An order is given once: isSpent thereafter.
func orderOf(trial string) (given *order, isHeld, isSpent bool) {
	for until := time.Now().Add(250 * time.Millisecond); ; time.Sleep(2 * time.Millisecond) {
		mutex.Lock()
		isAlone := control == nil
		if given = orders[trial]; given != nil {
			isHeld, isSpent = given.Hold, given.isSpent
			given.isSpent = true
		}
		mutex.Unlock()
		if given != nil || isAlone || trial == "" || time.Now().After(until) {
			return given, isHeld, isSpent
		}
	}
}

func serve(writer http.ResponseWriter, request *http.Request) {
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	socket, err := upgrader.Upgrade(writer, request, nil)
	if err != nil {
		return
	}
	defer socket.Close()
	if _, _, err := socket.ReadMessage(); err != nil {
		return
	}
	trial := strings.TrimPrefix(request.URL.Path, "/")
	address, port, _ := net.SplitHostPort(request.RemoteAddr)
	if os.Getenv("LASTWORD_FRONT") != "" {
		address, port = request.Header.Get("X-Real-IP"), request.Header.Get("X-Real-Port")
	}
	number, _ := strconv.Atoi(port)
	given, isHeld, isSpent := orderOf(trial)
	if isSpent {
		readOn(socket)
		return
	}
	answer, hangUp := defaultAnswer, os.Getenv("LASTWORD_HANG_UP")
	if given != nil {
		answer = given.Answer
		if given.HangUp != "" {
			hangUp = given.HangUp
		}
		tell(map[string]any{"event": "offer", "trial": trial, "address": address, "port": number})
	}
	over := make(chan struct{})
	if isHeld && hangUp == "polite" {
		// It reads all the while, as it does when it waits for the echo.
		go func() {
			defer close(over)
			listenForTalk(socket, given)
		}()
	}
	if isHeld {
		select {
		case <-given.released:
		case <-over:
		case <-time.After(30 * time.Second):
		}
	}
	socket.WriteMessage(websocket.TextMessage, []byte(answer))
	if hangUp != "terminate" {
		reason := ""
		if hangUp == "polite" {
			reason = "done"
		}
		goodbye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, reason)
		socket.WriteControl(websocket.CloseMessage, goodbye, time.Now().Add(time.Second))
	}
	if hangUp == "polite" {
		socket.SetReadDeadline(time.Now().Add(10 * time.Second))
		if isHeld {
			<-over
		} else {
			readOn(socket)
		}
	}
	if given != nil {
		tell(map[string]any{"event": "hung-up", "trial": trial})
	}
}

// Reads until the client ends, and tells what it says while its answer is held back.
func listenForTalk(socket *websocket.Conn, given *order) {
	isTold := false
	talk := func() {
		mutex.Lock()
		isNews := given.Hold && !isTold
		mutex.Unlock()
		if isNews {
			isTold = true
			tell(map[string]any{"event": "talk", "trial": given.Trial})
		}
	}
	pong := socket.PingHandler()
	socket.SetPingHandler(func(text string) error {
		talk()
		return pong(text)
	})
	socket.SetPongHandler(func(string) error {
		talk()
		return nil
	})
	for {
		if _, _, err := socket.NextReader(); err != nil {
			return
		}
		talk()
	}
}

// Until the client ends, or its time is up.
func readOn(socket *websocket.Conn) {
	for {
		if _, _, err := socket.NextReader(); err != nil {
			return
		}
	}
}
