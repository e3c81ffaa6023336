using System.Net;
using System.Text.Json;

namespace Vitrina.JourneyTests.Running;

/// <summary>Follows jobs of a server.</summary>
internal static class Jobs
{
    /// <summary>Waits until a job has ended, well or not.</summary>
    public static async Task<JsonElement> EndedAsync(ApiClient api, string id, TimeSpan within) =>
        await Eventually.GetAsync($"job {id}", within, async () => await StateAsync(api, id) is var job && job.Text("state") is "queued" or "running" ? null : (object)job) is JsonElement ended
            ? ended
            : throw new InvalidOperationException();

    /// <summary>Where a job stands.</summary>
    public static async Task<JsonElement> StateAsync(ApiClient api, string id) => (await api.GetAsync($"v1/jobs/{id}")).Expect(HttpStatusCode.OK);
}
