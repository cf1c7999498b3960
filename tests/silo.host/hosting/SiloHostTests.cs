using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Federated.Silo.Tests;

public sealed class SiloHostTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private SiloOptions Options =>
        new()
        {
            Data = _folder.File("data"),
            GrpcPort = 0,
            HttpPort = 0,
            LogToConsole = false,
        };

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("192.0.2.1")]
    [InlineData("::")]
    public async Task A_plain_listener_that_others_could_reach_is_refused_and_nothing_is_made(string address)
    {
        var refused = await RefusedAsync(Options with { Listen = IPAddress.Parse(address) });

        Assert.Contains($"--listen {address}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("unencrypted", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("data")));
    }

    [Theory]
    [InlineData("--grpc-port")]
    [InlineData("--http-port")]
    public async Task A_port_in_use_is_refused_by_its_option_and_nothing_is_made(string option)
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;

        var refused = await RefusedAsync(
            option == "--grpc-port" ? Options with { GrpcPort = port } : Options with { HttpPort = port }
        );

        Assert.Contains($"{option} {port}", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("data")));
    }

    [Fact]
    public async Task A_silo_whose_own_port_was_taken_meanwhile_leaves_nothing_behind_and_starts_on_another()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var taken = ((IPEndPoint)holder.LocalEndpoint).Port;
        var starts = 0;

        await using var silo = await LoopbackPorts.StartAsync(
            except: null,
            port => SiloHost.StartAsync(Options, ++starts == 1 ? taken : port, TestContext.Current.CancellationToken)
        );

        Assert.Equal(2, starts);
    }

    [Fact]
    public async Task Another_port_does_not_help_what_fails_otherwise()
    {
        var starts = 0;

        await Assert.ThrowsAsync<StartupException>(() =>
            LoopbackPorts.StartAsync<int>(
                except: null,
                _ =>
                {
                    starts++;
                    throw new StartupException("no disk");
                }
            )
        );

        Assert.Equal(1, starts);
    }

    [Fact]
    public async Task The_data_folder_of_a_running_silo_is_refused()
    {
        using var held = DataFolder.Open(_folder.File("data"));

        var refused = await RefusedAsync(Options);

        Assert.Contains(_folder.File("data"), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_a_model_is_refused_by_its_name()
    {
        var refused = await RefusedAsync(
            Options with
            {
                Models = new Dictionary<string, string> { ["tiny"] = _folder.File("nothing") },
            }
        );

        Assert.Contains($"--model tiny={_folder.File("nothing")}", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("silo-key.pem", "no key")]
    [InlineData("operator.token", "")]
    [InlineData("operator.token", "cut off")]
    public async Task A_secret_that_is_none_stops_the_start_and_frees_the_folder(string file, string content)
    {
        Directory.CreateDirectory(_folder.File("data"));
        await File.WriteAllTextAsync(_folder.File("data/" + file), content, TestContext.Current.CancellationToken);

        var refused = await RefusedAsync(Options);

        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
        DataFolder.Open(_folder.File("data")).Dispose();
    }

    [Fact]
    public async Task A_silo_that_has_lost_its_key_does_not_make_another_which_its_nodes_would_refuse()
    {
        await (await SiloHost.StartAsync(Options, TestContext.Current.CancellationToken)).DisposeAsync();
        File.Delete(_folder.File("data/silo-key.pem"));

        var refused = await RefusedAsync(Options);

        Assert.Contains("silo-key.pem is missing", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_are_readable_by_their_owner_alone()
    {
        await using var silo = await SiloHost.StartAsync(Options, TestContext.Current.CancellationToken);

        foreach (var secret in new[] { "operator.token", "silo-key.pem" })
        {
            Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no Unix file modes.");
            var mode = OperatingSystem.IsWindows()
                ? UnixFileMode.None
                : File.GetUnixFileMode(_folder.File($"data/{secret}"));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode);
        }
    }

    [Fact]
    public async Task Nobody_speaks_to_the_grains_but_through_the_two_listeners()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var silo = await SiloHost.StartAsync(Options, cancellation);
        var ports = silo.Services.GetRequiredService<IOptions<EndpointOptions>>().Value;

        // Orleans' own protocol asks for no token: whoever reached a gateway could cancel runs and invite nodes.
        Assert.Equal(0, ports.GatewayPort);
        using var stranger = new TcpClient();
        await stranger.ConnectAsync(IPAddress.Loopback, ports.SiloPort, cancellation);
        Assert.True(await IsCutOffAsync(stranger, cancellation));
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<bool> IsCutOffAsync(TcpClient client, CancellationToken cancellation)
    {
        try
        {
            return await client.GetStream().ReadAsync(new byte[1], cancellation) == 0;
        }
        catch (IOException)
        {
            return true; // by a reset
        }
    }

    private static Task<StartupException> RefusedAsync(SiloOptions options) =>
        Assert.ThrowsAsync<StartupException>(() => SiloHost.StartAsync(options, TestContext.Current.CancellationToken));
}
