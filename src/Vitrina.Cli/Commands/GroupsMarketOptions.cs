using System.CommandLine;
using Vitrina.Cli.Benchmarks;
using Vitrina.Learning.Evaluation;
using Vitrina.Simulation.Goods;

namespace Vitrina.Cli.Commands;

/// <summary>The options of <c>vitrina bench recommend</c> that measure groups on a simulated marketplace.</summary>
internal sealed class GroupsMarketOptions
{
    private readonly Option<string?> _world = new("--world") { Description = "goods: a simulated marketplace instead of data; protocols groups and online." };
    private readonly Option<string?> _configuration = new("--world-config") { Description = "A goods world's configuration file; absent: one with 150 groups and tastes that regions and ages share." };
    private readonly Option<int> _worlds = new("--worlds") { Description = "With --world, protocol groups: worlds whose lists are pooled, seeds from --seed on.", DefaultValueFactory = _ => 3 };
    private readonly Option<int> _users = new("--users") { Description = "Protocol online: people.", DefaultValueFactory = _ => 1_000_000 };
    private readonly Option<int> _groups = new("--groups") { Description = "Protocol online: groups.", DefaultValueFactory = _ => 3_000 };
    private readonly Option<int> _events = new("--events-per-user") { Description = "Protocol online: events of a person.", DefaultValueFactory = _ => 6 };
    private readonly Option<int> _requests = new("--requests") { Description = "Protocol online: measured requests.", DefaultValueFactory = _ => 5_000 };

    public GroupsMarketOptions() => _world.AcceptOnlyFromAmong("goods");

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _world, _configuration, _worlds, _users, _groups, _events, _requests })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The measurement, or null when data are asked for.</summary>
    public async Task<BenchReport?> RunAsync(ParseResult parsed, string protocol, ulong seed, Terminal terminal, CancellationToken cancellationToken)
    {
        if (protocol == BenchRecommendCommand.GroupsOnline)
        {
            return await GroupsOnlineBenchmark.RunAsync(
                Count(parsed, _users, 100, 20_000_000), Count(parsed, _groups, 2, 100_000), Count(parsed, _events, 1, 250), Count(parsed, _requests, 10, 10_000_000), seed, terminal, cancellationToken);
        }

        if (parsed.GetValue(_world) is null && parsed.GetValue(_configuration) is null)
        {
            return null;
        }

        if (protocol != "groups")
        {
            throw new UsageException($"--protocol {protocol} reads data; a world has the protocols groups and online");
        }

        var configuration = parsed.GetValue(_configuration) is { } file ? (GoodsConfiguration)WorldChoice.Parameters(WorldChoice.KindOf("goods"), file, null) : GroupsBenchmark.World;
        return await GroupsBenchmark.RunAsync(configuration, Count(parsed, _worlds, 1, 1_000), seed, terminal, cancellationToken);
    }

    private static int Count(ParseResult parsed, Option<int> option, int low, int high) => parsed.GetValue(option) is var value && value >= low && value <= high
        ? value
        : throw new UsageException($"{option.Name}: {value} is not between {low} and {high}");
}
