"""A live plot as one writes it with pyqtgraph, to be measured beside live-plot. A thread reads numbers from stdin; sixty
times a second the newest is taken in, and the last ten seconds are drawn. Ends when its window is closed or it is ended."""

import sys
import threading
import time
from collections import deque

import pyqtgraph

WINDOW = 10.0

newest = 0.0
frames = 0


def read():
    global newest
    for line in sys.stdin:
        newest = float(line)


threading.Thread(target=read, daemon=True).start()
# The window's class is the program's name.
application = pyqtgraph.QtWidgets.QApplication(["pyqtgraph"])
plot = pyqtgraph.PlotWidget()
plot.resize(1280, 720)
plot.showGrid(x=True, y=True)
plot.setYRange(-10, 10, padding=0)
curve = plot.plot(pen="#1f77b4")
points = deque()
begin = time.perf_counter()


def frame():
    global frames
    frames += 1
    now = time.perf_counter() - begin
    points.append((now, newest))
    while points[0][0] < now - WINDOW:
        points.popleft()
    times, values = zip(*points)
    curve.setData(times, values)
    plot.setXRange(times[0], times[0] + WINDOW, padding=0)


timer = pyqtgraph.QtCore.QTimer()
timer.timeout.connect(frame)
timer.start(16)
plot.show()
application.exec()
print(frames, "frames", file=sys.stderr)
