//! Tests of `pairs`.

use super::super::shown::shown;
use super::*;

#[track_caller]
fn assert_found(line: &str, expected: &str) {
    let mut reading = Reading::default();
    let text = line.trim_start();
    let found = match read(text.as_bytes(), text.len() < line.len(), &mut reading) {
        Found::Pairs => shown(&reading),
        Found::Row(label, numbers) => format!("{} | {}", &text[label], &text[numbers..]),
        Found::Nothing => String::new(),
    };
    assert_eq!(found, expected, "{line}");
}

#[test]
fn pairs_are_what_tools_write() {
    for (line, expected) in [
        (
            "64 bytes from localhost (127.0.0.1): icmp_seq=3 ttl=64 time=0.045 ms",
            "icmp_seq=3 ttl=64 time=0.045ms",
        ),
        ("MemAvailable:   5063180 kB", "MemAvailable=5063180kB"),
        ("Active(anon):    12 kB", "Active(anon)=12kB"),
        ("connections/s=12 active=3", "connections/s=12 active=3"),
        ("cpu=12.5%, temp=-4°C, took=1.5e-3s", "cpu=12.5% temp=-4°C took=0.0015s"),
        ("Mem: 1,234,567 kB", "Mem=1234567kB"),
        ("a=1,b=2;c=3", "a=1 b=2 c=3"),
        ("a = 5, 'b c' : 6, \"d\"=\"7\"", "a=5 b c=6 d=7"),
        ("Mem : 5 used : 6", "Mem=5 used=6"),
        ("level=info msg=\"took 3 x=9\" n=5", "level='info' msg='took 3 x=9' n=5"),
        (
            "frame=  240 fps= 48 q=28.0 size=     256kB time=00:00:10.24 speed=2.05x",
            "frame=240 fps=48 q=28 size=256kB time='00:00:10.24' speed=2.05x",
        ),
        ("a=5 s=6", "a=5 s=6"),
        ("loss: 0.5 - val_loss: 0.6", "loss=0.5 val_loss=0.6"),
        ("OK - load average: 0.15, 0.10|load1=0.15;5 load5=0.1;4", "load1=0.15 load5=0.1"),
        ("[a=1] [b=2]", "a=1 b=2"),
        ("took: 16.6 ms ± 7.3 ms [user: 1 ms]", "took=16.6ms took.±=7.3ms user=1ms"),
        ("a=5 +/- 1 b=2", "a=5 a.±=1 b=2"),
        (
            "Humidity: 40.00%  Temperature: 21.50°C 70.70°F  Heat index: 20.95 *C 69.71 *F",
            "Humidity=40% Temperature=21.5°C Temperature.°F=70.7°F Heat index=20.95°C Heat index.°F=69.71°F",
        ),
        ("\"\"=5 \" \"=6", "=5  =6"),
        ("rps=120 | p99=12 | err=0", "rps=120 p99=12 err=0"),
        ("Stats { cpu: 5.0, mem: 10 }", "Stats.cpu=5 Stats.mem=10"),
        ("temp=N/A", "temp=NaN"),
        ("loss=[0.5] acc={0.9} xs=[1,2]", "loss=0.5 acc=0.9 xs='[1'"),
        ("temp: 21.5 { hum: 40 }", "temp=21.5 hum=40"),
        ("sizes: 48 bits physical, 40 bits virtual", "sizes.physical=48bit sizes.virtual=40bit"),
    ] {
        assert_found(line, expected);
    }
}

#[test]
fn a_name_may_hold_blanks_where_it_begins_the_line_or_follows_a_comma() {
    for (line, expected) in [
        ("CPU usage: 5", "CPU usage=5"),
        ("INFO CPU usage: 5", "CPU usage=5"),
        ("CPU usage: 5, Disk usage: 90", "CPU usage=5 Disk usage=90"),
        ("Core 0:        +43.0°C  (high = +100.0°C, crit = +100.0°C)", "Core 0=43°C"),
        ("Temp (C): 21.5", "Temp (C)=21.5"),
        ("Value 1=123, Value 2=4", "Value 1=123 Value 2=4"),
        ("Epoch 1 loss=0.5 acc=0.9", "loss=0.5 acc=0.9"),
        ("Epoch 1/10 loss: 0.5 acc: 0.9", "loss=0.5 acc=0.9"),
        ("Nov 25 17:00:01 host app[12]: queue depth: 5", "queue depth=5"),
        ("Count: 5 Max: 6", "Count=5 Max=6"),
        ("load time = 5 ms", "load time=5ms"),
        ("llama: total time = 5 ms", "total time=5ms"),
        (
            "Ux, Initial residual = 0.1, Final residual = 1e-6",
            "Initial residual=0.1 Final residual=0.000001",
        ),
        ("job 17 took = 5", "took=5"),
        ("Temp [C]: 5 Hum [%]: 6", "Temp [C]=5 Hum [%]=6"),
        ("thds: 1 eps: 2 lat (ms,95%): 1.1", "thds=1 eps=2 lat (ms,95%)=1.1"),
        (
            "Acceleration X: 1, Y: 2, Z: 3 m/s",
            "Acceleration X=1 Acceleration Y=2 Acceleration Z=3m/s",
        ),
        ("X: 1, Y: 2", "X=1 Y=2"),
        ("channel   : A    battery_ok: 1", "battery_ok=1"),
        ("model     : Tower id       : 5", "id=5"),
        (
            "Test set: Average loss: 0.5, Accuracy: 98/100 (98%)",
            "Average loss=0.5 Accuracy='98/100'",
        ),
        (
            "Id: 3f Duration: 5 ms Billed Duration: 6 ms Max Memory Used: 7 MB",
            "Id='3f' Duration=5ms Billed Duration=6ms Max Memory Used=7MB",
        ),
        ("a: 5 items b: 6", "a=5 b=6"),
        ("at: 0x1f-0x2f, reserved size: 5", "at='0x1f-0x2f' reserved size=5"),
        ("Threads: 5  Slow queries: 0  Open tables: 7", "Threads=5 Slow queries=0 Open tables=7"),
        ("IR=1, BPM=7.5, Avg BPM=7", "IR=1 BPM=7.5 Avg BPM=7"),
        ("a=1 b c=2, d: 3; e f=4", "a=1 c=2 d=3 e f=4"),
        ("done in x, total time=5", "time=5"),
        ("level=info, request took=5", "level='info' took=5"),
        ("Episode 10\tLast reward: 1\tAverage reward: 2", "Last reward=1 Average reward=2"),
        ("cached reads:  24 MB in  2 seconds = 12 MB/sec", "cached reads=24MB"),
        ("Sensor 1: 512\tSensor 2: 300", "Sensor 1=512 Sensor 2=300"),
    ] {
        assert_found(line, expected);
    }
}

#[test]
fn a_name_that_comes_again_is_of_the_thing_before_it() {
    for (line, expected) in [
        ("Acc x=0.1 y=0.2 | Gyr x=1 y=2", "Acc.x=0.1 Acc.y=0.2 Acc.Gyr x=1 Acc.Gyr y=2"),
        ("worker-1 rps=5, avg rps=6", "worker-1.rps=5 worker-1.avg rps=6"),
        ("in t=1 out t=2 and b=3", "in.t=1 in.out t=2 in.b=3"),
        ("in t: 1 h: 40 out t: 5 h: 80", "in t=1 h=40 out t=5 out h=80"),
        (
            "Accel X: 0.1, Y: 0.2 m/s^2 Gyro X: 1, Y: 2 rad/s",
            "Accel X=0.1 Accel Y=0.2 Gyro X=1 Gyro Y=2",
        ),
        ("accel x: 1 y: 2 gyro x: 3 y: 4", "accel x=1 accel y=2 gyro x=3 gyro y=4"),
        ("Size: 5 Max Memory Used: 6", "Size=5 Max Memory Used=6"),
        ("bed t: 1 h: 2 | h: 3", "bed t=1 h=2 h=3"),
        ("a=1 b=2 a=3", "a=1 b=2 a=3"),
        ("a=1 then 5 b=2", "a=1 b=2"),
    ] {
        assert_found(line, expected);
    }
}

#[test]
fn south_and_west_are_below_zero() {
    for (line, expected) in [
        ("lat: 33.86 S, lon: 151.2 E", "lat=-33.86 lon=151.2"),
        ("lat=0.01 N lon=0.02 W", "lat=0.01 lon=-0.02"),
        ("Latitude: 33.86° S", "Latitude=-33.86°"),
        ("GPS lon: 5W", "GPS lon=-5"),
        ("lat: 5 Sun", "lat=5"),
        ("power: 5 W", "power=5W"),
    ] {
        assert_found(line, expected);
    }
}

#[test]
fn a_pair_without_a_blank_may_stand_beside_others() {
    for (line, expected) in [
        ("temp: 21.5 hum:40", "temp=21.5 hum=40"),
        ("temp:21.5 - hum = 40", "temp=21.5 hum=40"),
        ("a=1, b:2, c=3", "a=1 b=2 c=3"),
        ("T: 21.5 H:40 P: 1012", "T=21.5 H=40 P=1012"),
        ("Distance: 45 cm, Light:300", "Distance=45cm Light=300"),
        ("V: 3.3 | I:0.5 | P: 1.65", "V=3.3 I=0.5 P=1.65"),
        ("cpu: 5% mem:40% (max)", "cpu=5% mem=40%"),
        ("temp: 21.5 main.rs:40", "temp=21.5"),
        ("temp: 21.5 at 12:30", "temp=21.5"),
        ("x=5 from host:80", "x=5"),
        ("temp:21.5 | hum 40", ""),
    ] {
        assert_found(line, expected);
    }
}

#[test]
fn one_word_at_the_first_byte_names_the_row() {
    for (line, expected) in [
        ("some avg10=1.91 avg60=1.48", "some.avg10=1.91 some.avg60=1.48"),
        ("sda: r=5 w=6", "sda.r=5 sda.w=6"),
        ("eth0: rx=5", "eth0.rx=5"),
        ("  clat (usec): min=12, max=30", "clat (usec).min=12 clat (usec).max=30"),
        ("app[7]: x=1", "x=1"),
        (" some avg10=1", "avg10=1"),
        ("cpu0 user=1", "cpu0.user=1"),
        ("worker-1 rps=5", "worker-1.rps=5"),
        ("req-48213 took=5", "took=5"),
        ("step3 loss=5", "loss=5"),
        ("load>5 temp=5", "load='>5' temp=5"),
        ("/proc/pressure/io:some avg10=5", "/proc/pressure/io:some.avg10=5"),
        ("INFO x=1", "x=1"),
        ("two words x=1", "x=1"),
        ("17:00:01 some x=1", "x=1"),
        ("Tasks: 123 total,   1 running", "Tasks.total=123 Tasks.running=1"),
        ("heater: temp=5, fan: temp=6", "heater.temp=5 fan.temp=6"),
        ("Stats 1: a=0  bed: temp=5 out: temp=6", "a=0 bed.temp=5 out.temp=6"),
        ("[r(1)][50.0%][r=5MiB/s]", "r=5MiB/s"),
        ("host1    : ok=5 changed=2", "host1.ok=5 host1.changed=2"),
        ("db0:keys=12,expires=3", "db0.keys=12 db0.expires=3"),
        ("t0:a=1 t1:b=2", "t0:a=1 t1:b=2"),
    ] {
        assert_found(line, expected);
    }
}

#[test]
fn a_tag_before_the_message_names_the_row() {
    for (line, expected) in [
        ("[sensor1] temp=21 hum=40", "sensor1.temp=21 sensor1.hum=40"),
        ("     [0]: rx: 5", "0.rx=5"),
        ("[kitchen] eth0: rx=5", "kitchen.eth0.rx=5"),
        ("[kitchen] air temp=5", "kitchen.air.temp=5"),
        ("[kitchen] Tasks: 3 total, 1 running", "kitchen.Tasks.total=3 kitchen.Tasks.running=1"),
        ("[kitchen] lo: 1 2", "[kitchen] lo | 1 2"),
        ("[INFO] temp=21", "temp=21"),
        ("[step 3] loss=0.5", "loss=0.5"),
        ("[12:00:01] [kitchen] temp=21", "temp=21"),
    ] {
        assert_found(line, expected);
    }
}

#[test]
fn a_label_with_a_number_and_words_names_the_pairs_behind_it() {
    for (line, expected) in [
        ("SET: 51000 requests per second, p50=0.5 msec", "SET=51000 SET.p50=0.5ms"),
        ("vus......: 10     min=10 max=12", "vus=10 vus.min=10 vus.max=12"),
        ("loss: 0.5 lr=0.1", "loss=0.5 lr=0.1"),
        ("tokens: 120 (12 tok/s) | ctx: 5/9 | mem=3", "tokens=120 ctx='5/9' mem=3"),
        ("loss: 0.5, lr=0.1", "loss=0.5 lr=0.1"),
        ("Epoch 1: 50% of all, loss=0.5", "Epoch 1=50% loss=0.5"),
    ] {
        assert_found(line, expected);
    }
}

#[test]
fn a_label_and_several_numbers_are_a_row_of_a_table() {
    for (line, expected) in [
        ("lo: 1 2", "lo | 1 2"),
        ("17:00:01 up 1 day, 2:03, 1 user, load average: 0.08, 0.03", "load average | 0.08, 0.03"),
        ("in: 1 kB 2 kB", "in | 1 kB 2 kB"),
        ("lo: 1 2 x", ""),
    ] {
        assert_found(line, expected);
    }
}

#[test]
fn what_only_looks_like_a_pair_is_none() {
    for line in [
        "main.rs:42: warning",
        "main.rs:42: 5 errors",
        "at 12:30:45",
        "a == 5",
        "a => 5",
        "a != 5",
        "id=0x1f",
        "v=1.2.3",
        "302 frames in 5.0 seconds = 60.3 FPS",
        "GET /x?id=5",
        "http://a/b?c=5",
        "a=1,2,3",
        "x: 0,5",
        "PING localhost (127.0.0.1): 56 data bytes",
        "warning: 5",
        "(a=5",
        "rtt min/avg = 0.1/0.2 ms",
        "run (pid=77) ok",
        "n=3rd",
        "Range: 11.1 ms … 35.4 ms 10 runs",
        "b=5 a=4096 131072 33554432",
        "b: 5 a: 4096, 131072, x",
        "phase parsing : 0.09 ( 60%) 0.05 ( 83%)",
        "Uptime: 1 day, 2:03:04",
        "x: 1'234'56",
    ] {
        let mut reading = Reading::default();
        let found = read(line.as_bytes(), false, &mut reading);
        // A parenthesis that never closes is none.
        let expected = if line == "(a=5" { Found::Pairs } else { Found::Nothing };
        assert_eq!(found, expected, "{line}: {}", shown(&reading));
    }
}
