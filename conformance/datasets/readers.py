"""Tables read in place by `hf://` address: fsspec underneath, pandas, Arrow and DuckDB above."""
import duckdb
import pandas
import pyarrow.dataset
import pyarrow.parquet
from huggingface_hub import HfApi, HfFileSystem

from report import ALICE, URL, case, refused, run_cases

api = HfApi(endpoint=URL, token=ALICE)
TABLE = "hf://datasets/alice/tables/data/part-0.parquet"
SIZE = 60_000


def system():
    return HfFileSystem(endpoint=URL, token=ALICE, skip_instance_cache=True)


@case
def write_tables():
    api.create_repo("alice/tables", repo_type="dataset", private=True)
    for part in range(3):
        frame = pandas.DataFrame({"id": range(part * SIZE, (part + 1) * SIZE), "kind": [f"k{index % 5}" for index in range(SIZE)]})
        frame.to_parquet(f"hf://datasets/alice/tables/data/part-{part}.parquet", storage_options={"token": ALICE}, row_group_size=10_000)
    assert len(system().glob("datasets/alice/tables/data/*.parquet")) == 3


@case
def pandas_reads_columns():
    frame = pandas.read_parquet(TABLE, columns=["id"], storage_options={"token": ALICE})
    assert len(frame) == SIZE and int(frame["id"].max()) == SIZE - 1


@case
def arrow_reads_a_row_group():
    with system().open("datasets/alice/tables/data/part-1.parquet", block_size=2**16) as file:
        group = pyarrow.parquet.ParquetFile(file).read_row_group(3)
    assert group["id"][0].as_py() == SIZE + 30_000 and group.num_rows == 10_000


@case
def arrow_reads_a_folder():
    rows = pyarrow.dataset.dataset("datasets/alice/tables/data", filesystem=system(), format="parquet")
    assert rows.count_rows(filter=pyarrow.dataset.field("id") >= 2 * SIZE) == SIZE


@case
def duckdb_queries_by_address():
    connection = duckdb.connect(config={"autoinstall_known_extensions": False})
    connection.register_filesystem(system())
    counted = connection.sql("select kind, count(*) from read_parquet('hf://datasets/alice/tables/data/*.parquet') group by kind order by kind").fetchall()
    assert counted == [(f"k{index}", 3 * SIZE // 5) for index in range(5)], counted
    assert connection.sql(f"select max(id) from '{TABLE}'").fetchall() == [(SIZE - 1,)]


@case
def strangers_read_nothing():
    refused(FileNotFoundError, lambda: pandas.read_parquet(TABLE, storage_options={"token": False}))


run_cases()
