using Vitrina.Engine.Events;
using Vitrina.Kernels.Codecs;

namespace Vitrina.Tests.Engine.Events;

public class RankingRecordTests
{
    private static RankingRecord Plain => new()
    {
        Id = "r1",
        Vertical = "goods",
        Surface = "search",
        AtMs = 1_764_000_000_000,
        AsOf = 77,
        User = "u1",
        Query = "чайник",
        Seed = 5,
        Shown = [new ShownItem("i1", 0.25, 1.5f, 1), new ShownItem("i2", 1, 0.5f, 2)],
        Unshown = [new UnshownItem("i3", "rank:3")],
    };

    // Written by the program before experiments existed.
    private const string BytesOfVersion1 =
        "01027231" + "05676F6F6473" + "06736561726368" + "80A0BFE9D666" + "9A01" + "00" + "0000000000000000" + "00" + "037531" + "00" + "0DD187D0B0D0B9D0BDD0B8D0BA"
        + "0500000000000000" + "00" + "00" + "01" + "00" + "00" + "02" + "026931" + "0000803E" + "0000C03F" + "01" + "026932" + "0000803F" + "0000003F" + "02" + "01" + "026933" + "0672616E6B3A33";

    // Version 2: the same, then one assignment.
    private const string BytesOfVersion2Tail = "01" + "0872616E6B65722D32" + "06" + "036E6577" + "03" + "0000003F" + "076D6F73636F77" + "08" + "02" + "020102";

    [Fact]
    public void A_ranking_of_version_1_opens_for_ever()
    {
        var read = RankingRecord.Read(Convert.FromHexString(BytesOfVersion1));
        Assert.Equal(("r1", 77L, "u1", "чайник"), (read.Id, read.AsOf, read.User, read.Query));
        Assert.Equal(Plain.Shown, read.Shown);
        Assert.Equal(Plain.Unshown, read.Unshown);
        Assert.Empty(read.Assignments);
        Assert.Equal(BytesOfVersion1, HexOf(Plain));
    }

    [Fact]
    public void A_ranking_of_version_2_opens_for_ever()
    {
        var assigned = Plain with
        {
            Assignments =
            [
                new RecordedAssignment
                {
                    Experiment = "ranker-2", Version = 3, Arm = "new", IsExposed = true, IsBurned = true, Propensity = 0.5f, Cluster = "moscow", Period = 4, ForeignItems = 1, Teams = [1, 2],
                },
            ],
        };
        var bytes = "02" + BytesOfVersion1[2..] + BytesOfVersion2Tail;
        Assert.Equal(bytes, HexOf(assigned));
        var read = Assert.Single(RankingRecord.Read(Convert.FromHexString(bytes)).Assignments);
        Assert.Equal([1, 2], read.Teams);
        Assert.Equal(assigned.Assignments[0] with { Teams = [] }, read with { Teams = [] });
    }

    // Version 4: the same as the first, no assignments, no counter-list, then the flags and the analogs.
    private const string BytesOfVersion4Tail = "00" + "00" + "03" + "01" + "026934" + "0000803F" + "0000003F" + "01";

    [Fact]
    public void A_ranking_of_version_4_opens_for_ever()
    {
        var bytes = "04" + BytesOfVersion1[2..] + BytesOfVersion4Tail;
        Assert.Equal(bytes, HexOf(Plain with { IsExact = true, IsNothingFound = true, Similar = [new ShownItem("i4", 1, 0.5f, 1)] }));
        var read = RankingRecord.Read(Convert.FromHexString(bytes));
        Assert.True(read is { IsExact: true, IsNothingFound: true });
        Assert.Equal([new ShownItem("i4", 1, 0.5f, 1)], read.Similar);
        Assert.Equal(Plain.Shown, read.Shown);
    }

    private static string HexOf(RankingRecord record)
    {
        var writer = new ByteWriter();
        record.Write(writer);
        return Convert.ToHexString(writer.Written);
    }
}
