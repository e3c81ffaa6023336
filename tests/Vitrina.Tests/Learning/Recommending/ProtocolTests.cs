using Vitrina.Learning.Recommending;
using Vitrina.Learning.Recommending.Files;
using Vitrina.Learning.Recommending.Protocols;

namespace Vitrina.Tests.Learning.Recommending;

public sealed class ProtocolTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("vitrina-recommend-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Leave_last_out_asks_for_the_last_item_and_hides_it_from_the_sources()
    {
        RecommendTask task = LeaveLastOut.Read(Write("a.txt", "ann 1 2 3 4\nbob 4 3\neve 9 1 2\n"), 5);

        string Names(IEnumerable<int> items) => string.Join(' ', items.Select(item => task.ItemNames[item]));
        string Known(RecommendFold fold) => string.Join(" | ", Enumerable.Range(0, fold.Known.Count).Select(sequence => Names(fold.Known[sequence].ToArray())));
        string Asked(RecommendFold fold) => string.Join(" | ", fold.Queries.Select(query => $"{query.Name}: {Names(query.History)} > {Names(query.Targets)}"));
        Assert.Equal("1 2 |  | 9", Known(task.Learning[0]));
        Assert.Equal("ann: 1 2 > 3 | eve: 9 > 1", Asked(task.Learning[0]));
        Assert.Equal("1 |  | ", Known(task.Learning[1]));
        Assert.Equal([false, true], task.Tests.Select(test => test.IsRefit));
        Assert.Same(task.Learning[0].Known, task.Tests[0].Fold.Known);
        Assert.Equal("1 2 3 | 4 | 9 1", Known(task.Tests[1].Fold));
        Assert.Equal("ann: 1 2 3 > 4 | bob: 4 > 3 | eve: 9 1 > 2", Asked(task.Tests[0].Fold));
        Assert.Equal(Asked(task.Tests[0].Fold), Asked(task.Tests[1].Fold));
    }

    [Fact]
    public void Ordinals_are_drawn_by_the_seed_and_tell_nothing_of_the_file()
    {
        string path = Write("many.txt", string.Join('\n', RandomHistories.Draw(1, 50).Select((history, user) => $"{user} {string.Join(' ', history)}")));
        IReadOnlyList<string> first = LeaveLastOut.Read(path, 1).ItemNames, again = LeaveLastOut.Read(path, 1).ItemNames, other = LeaveLastOut.Read(path, 2).ItemNames;
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        Assert.Equal(first.Order(), other.Order());
        Assert.NotEqual(first, first.OrderBy(int.Parse));
    }

    [Fact]
    public void A_given_split_keeps_the_test_part_from_everything_learned()
    {
        Write("train.txt", "1 10 11 12 13\n2 10 12\n3 11\n");
        Write("test.txt", "1 14\n2 11 14\n3\n");
        RecommendTask task = TrainTest.Read(_folder, 3);
        int hidden = task.ItemNames.ToList().IndexOf("14");
        Assert.All(task.Learning.Append(task.Tests[0].Fold), fold => Assert.Equal(0, fold.Known.CountOf(hidden)));
        Assert.All(task.Learning, fold => Assert.All(fold.Queries, query => Assert.Empty(query.History.Intersect(query.Targets))));
        Assert.Equal(["1", "2"], task.Tests[0].Fold.Queries.Select(query => query.Name));
        Assert.Equal(2, task.Learning[0].Queries.Count);
    }

    [Fact]
    public void Sessions_ask_after_each_item_and_the_last_tenth_is_the_test()
    {
        string path = Write("sessions.csv", string.Concat(Enumerable.Range(0, 20).Select(session => $"{session},{session},{session + 1}\n")));
        RecommendTask task = NextInSession.Read(path, 1);
        Assert.Equal(16, task.Learning[0].Known.Count);
        Assert.Equal(18, task.Tests[1].Fold.Known.Count);
        Assert.Equal(["19.1", "19.2", "20.1", "20.2"], task.Tests[0].Fold.Queries.Select(query => query.Name));
        RecommendQuery second = task.Tests[0].Fold.Queries[1];
        Assert.Equal(["18"], second.History.Select(item => task.ItemNames[item]));
        Assert.Equal(["19"], second.Targets.Select(item => task.ItemNames[item]));
    }

    [Fact]
    public void Rating_folds_test_every_rating_once()
    {
        Write("u.data", string.Concat(Enumerable.Range(0, 200).Select(rating => $"{rating % 9}\t{rating / 9}\t{1 + (rating % 5)}\t88{rating}\n")));
        IReadOnlyList<(string Split, RecommendTask Task)> tasks = RatingFolds.Read(_folder, 1);
        Assert.Equal([RatingFolds.Stratified, .. Enumerable.Repeat(RatingFolds.CrossValidation, 5)], tasks.Select(task => task.Split));
        (string, string)[] tested =
        [
            .. tasks.Skip(1).SelectMany(fold => fold.Task.Tests[0].Fold.Queries.SelectMany(query => query.Targets.Select(item => (query.Name, fold.Task.ItemNames[item])))),
        ];
        Assert.Equal(200, tested.Length);
        Assert.Equal(200, tested.Distinct().Count());
        Assert.All(tasks, task => Assert.All(task.Task.Tests[0].Fold.Queries, query => Assert.Empty(query.History.Intersect(query.Targets))));
    }

    [Fact]
    public void Groups_are_the_attributes_of_the_last_item_and_rare_ones_are_asked_for_alone()
    {
        string path = Write("g.txt", string.Concat(Enumerable.Range(0, 200).Select(user => $"u{user} {user} {(user + 1) % 200} {(user + 2) % 200}\n")));
        Write("g_item2attributes.json", "{" + string.Join(", ", Enumerable.Range(0, 200).Select(item => $"\"{item}\": [7{(item < 2 ? ", 8" : "")}]")) + "}");
        IReadOnlyList<(string Groups, RecommendTask Task)> tasks = NextGroups.Read(path, 1);
        Assert.Equal(["all", "rare"], tasks.Select(task => task.Groups));
        Assert.Equal(["7", "8"], tasks[0].Task.ItemNames);
        Assert.Equal(200, tasks[0].Task.Tests[0].Fold.Queries.Count);
        Assert.Equal([false, true], tasks[1].Task.Eligible!);
        Assert.Equal(["u198", "u199"], tasks[1].Task.Tests[0].Fold.Queries.Select(query => query.Name));
    }

    [Theory]
    [InlineData("1 5 6\n2 x 7\n", "line 2", "'x'")]
    [InlineData("1 5 6\n\n1 7 8\n", "line 3", "user '1'")]
    [InlineData("", "no lines", "a.txt")]
    [InlineData("1 2\n2 3 4\n", "three items", "a.txt")]
    public void A_bad_sequence_file_is_refused_by_line(string content, params string[] said) => Refused(() => LeaveLastOut.Read(Write("a.txt", content), 1), said);

    [Fact]
    public void Bad_files_are_refused_by_name_and_line()
    {
        Refused(() => LeaveLastOut.Read(Path.Combine(_folder, "absent.txt"), 1), "there is no file", "absent.txt");
        Refused(() => TrainTest.Read(_folder, 1), "train.txt");
        Refused(() => RatingFolds.Read(_folder, 1), "u.data");
        Refused(() => NextInSession.Read(Write("s.csv", "1,2\n3,,4\n"), 1), "line 2", "''");
        Refused(() => NextInSession.Read(Write("few.csv", "1,2\n3,4\n"), 1), "few.csv", "too few");
        Refused(() => RatingFolds.Read(Write("u.data", "1\t2\t3\t4\n1\t2\tgood\t4\n"), 1), "line 2", "good");
        Refused(() => NextGroups.Read(Write("plain.txt", "1 2 3 4\n"), 1), "attributes");
        string path = Write("b.txt", "1 2 3 4\n");
        Write("b_item2attributes.json", "{\"2\": [1, \"red\"]}");
        Refused(() => LeaveLastOut.Read(path, 1), "item '2'", "red");
        File.WriteAllBytes(Path.Combine(_folder, "torn.txt.gz"), [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3, 4]);
        Refused(() => LeaveLastOut.Read(Path.Combine(_folder, "torn.txt.gz"), 1), "torn.txt.gz");
    }

    private static void Refused(Action read, params string[] said)
    {
        RecommendDataException error = Assert.Throws<RecommendDataException>(read);
        Assert.All(said, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    private string Write(string name, string content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
