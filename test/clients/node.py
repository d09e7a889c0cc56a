"""A node with one table of made-up people, for clients to connect to."""

import datetime
import os
import random
import re
import shutil
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PASSWORD = "a password of some length"


class Node:
    """Runs while the `with` block runs; its home is removed afterwards."""

    def __init__(self, programs):
        self.concordat = os.path.join(programs, "concordat")
        self.home = tempfile.mkdtemp(prefix="concordat-clients-")
        self.process = None

    def verb(self, *arguments, text=None):
        subprocess.run([self.concordat, *arguments, "--home", self.home], input=text, text=True, check=True,
                       stdout=subprocess.DEVNULL)

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.__exit__()
            raise

    def start(self):
        data = os.path.join(self.home, "data")
        self.verb("init", "lewisham")
        os.makedirs(data)
        shutil.copy(os.path.join(HERE, "people.odcs.yaml"), data)
        write_people(os.path.join(data, "people.csv"))
        self.verb("product", "publish", os.path.join(data, "people.odcs.yaml"))
        today = datetime.date.today().isoformat()
        self.verb("analyst", "add", "ana", "--training", "data-ethics@" + today, "--password-file", "-", text=PASSWORD + "\n")
        self.verb("agreement", "propose", os.path.join(HERE, "study.yaml"), "--approve")
        self.process = subprocess.Popen([self.concordat, "serve", "--listen", "127.0.0.1:0", "--home", self.home],
                                        stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            found = re.search(r"127\.0\.0\.1:(\d+)", line)
            if found:
                self.port = found.group(1)
                return self
        raise RuntimeError("the node ended before it printed its address")

    def environment(self):
        return {"PGHOST": "127.0.0.1", "PGPORT": self.port, "PGUSER": "ana", "PGPASSWORD": PASSWORD,
                "PGDATABASE": "people-study", "PGSSLMODE": "require"}

    def __exit__(self, *_):
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=60)
            self.process.stdout.close()
        shutil.rmtree(self.home)


def write_people(path):
    chance = random.Random(20261123)
    with open(path, "w", encoding="utf-8") as out:
        out.write("person,sex,age,income,moved\n")
        for i in range(2000):
            sex = "f" if i % 2 else "m"
            moved = datetime.date(2000, 1, 1) + datetime.timedelta(days=chance.randrange(9000))
            out.write(f"p{i},{sex},{chance.randrange(18, 90)},{chance.randrange(8000, 80000)},{moved}\n")
